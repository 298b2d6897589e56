import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { inRepository } from '../support/repository-files.ts';

const run = promisify(execFile);
let directory: string;
beforeEach(() => void (directory = mkdtempSync(join(tmpdir(), 'whetstone-lock-'))));
afterEach(() => rmSync(directory, { recursive: true }));

it(
  'lets one set-up at a time work, also when all of them find the lock of a dead one',
  { timeout: 30_000 },
  async () => {
    const noSuchPid = 2 ** 22 + 1;
    mkdirSync(join(directory, 'lock'));
    writeFileSync(join(directory, 'lock', `${noSuchPid}-dead`), '');
    const contender = `
    import { appendFileSync } from 'node:fs';
    import { setTimeout as sleep } from 'node:timers/promises';
    import { withLock } from ${JSON.stringify(inRepository('scripts/lib/lock.mjs'))};
    await withLock('lock', async () => {
      appendFileSync('log', 'in\\n');
      await sleep(20);
      appendFileSync('log', 'out\\n');
    });`;
    const contenders = Array.from({ length: 6 }, () =>
      run(process.execPath, ['--input-type=module', '-e', contender], { cwd: directory }),
    );
    await Promise.all(contenders);
    expect(readFileSync(join(directory, 'log'), 'utf8')).toBe('in\nout\n'.repeat(6));
    expect(readdirSync(directory)).toEqual(['log']);
  },
);
