import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lockDirectory } from '../../src/platform/db/directory-lock.ts';
import { openDatabase } from '../../src/platform/db/open.ts';
import { openPglite, writeTemplate } from '../../src/platform/db/pglite.ts';
import { migrate } from '../../src/platform/db/migrate.ts';
import { silentLog } from '../support/engines.ts';

const surroundings = { clock: Date.now, log: silentLog };
let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'whetstone-lock-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

async function lockedBy(owner: string | undefined) {
  await mkdir(join(directory, 'lock'));
  if (owner) await writeFile(join(directory, 'lock', owner), '');
}

const startOf = (pid: number) => readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ')[19];

describe('a data directory', () => {
  it('is refused to a second server, with the way out', async () => {
    const release = await lockDirectory(directory);
    await expect(lockDirectory(directory)).rejects.toThrow(
      `${directory} is in use by another Whetstone server (process ${process.pid}). Stop that one, or set WHETSTONE_DATA_DIR`,
    );
    await release();
    await (
      await lockDirectory(directory)
    )();
    expect(await readdir(directory)).toEqual([]);
  });

  it('is free again when its holder was killed', async () => {
    const holder = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    await lockedBy(`${holder.pid}-${startOf(holder.pid!)}-theirs`);
    await expect(lockDirectory(directory)).rejects.toThrow(`(process ${holder.pid})`);
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    await (
      await lockDirectory(directory)
    )();
  });

  it.each([
    ['of a later process of the same number', `${process.pid}-1-old`],
    ['of no process at all', 'garbage'],
    ['empty', undefined],
  ])('is free when the lock is %s', async (_, owner) => {
    await lockedBy(owner);
    await (
      await lockDirectory(directory)
    )();
    expect(await readdir(directory)).toEqual([]);
  });

  it('goes to one of many that find a stale lock together, again and again', async () => {
    for (let round = 0; round < 50; round++) {
      await lockedBy(`${2 ** 22 + 1}-1-stale`);
      const tries = await Promise.allSettled(Array.from({ length: 12 }, () => lockDirectory(directory)));
      const won = tries.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
      expect(won).toHaveLength(1);
      await won[0]!();
    }
  });

  it('is started over when its first start was cut short', async () => {
    const cutShort = join(directory, 'pgdata.new');
    await mkdir(cutShort);
    await writeFile(join(cutShort, 'PG_VERSION'), '18');
    await (await openDatabase({ directory }, surroundings)).close();
    expect(await readdir(directory)).toEqual(['pgdata']);
  });

  it('starts from a template to the same schema as from nothing', async () => {
    const made = await openPglite({ clock: Date.now });
    await migrate(made.kysely);
    const templateFile = join(directory, 'template.tgz');
    await writeTemplate(templateFile, await made.dumpTemplate());
    await made.database.close();

    const applied: unknown[] = [];
    const log = { info: (entry: unknown) => applied.push(entry), warn: () => undefined };
    const place = join(directory, 'data');
    await (await openDatabase({ directory: place, templateFile }, { clock: Date.now, log })).close();
    expect(applied).toEqual([]);
  });
});
