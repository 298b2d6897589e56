import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
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
    const start =
      (await readFile(`/proc/${holder.pid}/stat`, 'utf8').catch(() => '')).split(') ').at(-1)?.split(' ')[19] ?? '';
    const lock = JSON.stringify({ pid: holder.pid, startedAt: start, nonce: 'theirs' });
    await writeFile(join(directory, 'lock'), lock);
    await expect(lockDirectory(directory)).rejects.toThrow(`(process ${holder.pid})`);
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    await (
      await lockDirectory(directory)
    )();
  });

  it('is free when the process of that number is a later one', async () => {
    await writeFile(join(directory, 'lock'), JSON.stringify({ pid: process.pid, startedAt: 'long ago', nonce: 'old' }));
    await (
      await lockDirectory(directory)
    )();
  });

  it.each(['', '{"pid":', 'null', '[]'])('is free when the lock was torn to %j', async (torn) => {
    await writeFile(join(directory, 'lock'), torn);
    await (
      await lockDirectory(directory)
    )();
  });

  it('goes to one of many that find a stale lock together', async () => {
    await writeFile(join(directory, 'lock'), JSON.stringify({ pid: 2 ** 22 + 1, startedAt: '', nonce: 'stale' }));
    const tries = await Promise.allSettled(Array.from({ length: 12 }, () => lockDirectory(directory)));
    expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('is started over when its first start was cut short', async () => {
    const cutShort = join(directory, 'pgdata.new');
    const { mkdir } = await import('node:fs/promises');
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
