import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { lockDirectory } from '../../src/platform/db/directory-lock.ts';

/** Tries for a directory again and again; while it holds it, nobody else may. */
const [directory = '', rounds = '0'] = process.argv.slice(2);
let [won, overlaps] = [0, 0];

for (let round = 0; round < Number(rounds); round++) {
  const release = await lockDirectory(directory).catch(() => undefined);
  if (!release) {
    await sleep(Math.random() * 5);
    continue;
  }
  won++;
  const mark = join(directory, `inside-${process.pid}`);
  writeFileSync(mark, '');
  await sleep(Math.random() * 5);
  if (readdirSync(directory).filter((name) => name.startsWith('inside-')).length > 1) overlaps++;
  rmSync(mark);
  await release();
}
process.stdout.write(JSON.stringify({ won, overlaps }));
