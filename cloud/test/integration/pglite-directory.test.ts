import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lockDirectory } from '../../src/platform/db/directory-lock.ts';
import { openDatabase } from '../../src/platform/db/open.ts';
import { openPglite, writeTemplate } from '../../src/platform/db/pglite.ts';
import { migrate } from '../../src/platform/db/migrate.ts';
import { pglite, silentLog } from '../support/engines.ts';

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

/** The name of an owner here, with some of its parts replaced. */
async function ownerWith(change: { pid?: number; startedAt?: string; place?: string }) {
  const release = await lockDirectory(directory);
  const [pid, startedAt, place] = (await readdir(join(directory, 'lock')))[0]!.split('.');
  await release();
  return [change.pid ?? pid, change.startedAt ?? startedAt, change.place ?? place, 'somebody'].join('.');
}

const startOf = (pid: number) => readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ')[19]!;

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
    await lockedBy(await ownerWith({ pid: holder.pid!, startedAt: startOf(holder.pid!) }));
    await expect(lockDirectory(directory)).rejects.toThrow(`(process ${holder.pid})`);
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    await (
      await lockDirectory(directory)
    )();
  });

  it('is free when the lock is of a later process of the same number, of none, or empty', async () => {
    for (const owner of [await ownerWith({ startedAt: '1' }), await ownerWith({ pid: 2 ** 22 + 1 }), undefined]) {
      await lockedBy(owner);
      await (
        await lockDirectory(directory)
      )();
      expect(await readdir(directory)).toEqual([]);
    }
  });

  it('is refused while a server in another container shows signs of life, and free when it has been silent', async () => {
    const elsewhere = await ownerWith({ pid: 1, place: 'container' });
    await lockedBy(elsewhere);
    await expect(lockDirectory(directory)).rejects.toThrow('in another container or on another machine');
    const longAgo = new Date(Date.now() - 31_000);
    await utimes(join(directory, 'lock', elsewhere), longAgo, longAgo);
    await (
      await lockDirectory(directory)
    )();
  });

  it('goes to one of several processes at a time', { timeout: 60_000 }, async () => {
    const contender = fileURLToPath(new URL('../support/lock-contender.ts', import.meta.url));
    const tsx = createRequire(import.meta.url).resolve('tsx');
    const children = Array.from({ length: 4 }, () =>
      spawn(process.execPath, ['--import', tsx, contender, directory, '40']),
    );
    const outputs = await Promise.all(
      children.map(async (child) => [await text(child.stdout), await text(child.stderr)]),
    );
    const entries = outputs.map(([out, err]) => ({
      ...(JSON.parse(out || '{}') as { won: number; overlaps: number }),
      err,
    }));
    expect(entries.map(({ overlaps, err }) => ({ overlaps, err }))).toEqual(
      Array.from({ length: 4 }, () => ({ overlaps: 0, err: '' })),
    );
    expect(entries.reduce((sum, { won }) => sum + won, 0)).toBeGreaterThan(0);
  });

  it('goes to one of many that find a stale lock together, again and again', async () => {
    const stale = await ownerWith({ pid: 2 ** 22 + 1 });
    for (let round = 0; round < 50; round++) {
      await lockedBy(stale);
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

  it('starts from the image of the build with the tables of its jobs, and none scheduled before that start', async ({
    skip,
  }) => {
    const place = await pglite.place();
    if (!existsSync(place.choice.templateFile!)) skip('no image of a build; run `pnpm build`');
    const database = await openDatabase(place.choice, surroundings);
    const { rows: queues } = await database.execute('select name from pgboss.queue');
    expect(queues).toContainEqual({ name: 'system.retention' });
    expect((await database.execute('select name from pgboss.schedule')).rows).toEqual([]);
    await database.close();
    await place.remove();
  });

  it('makes a template that others than its maker may read, as in an image', async () => {
    const templateFile = join(directory, 'template.tgz');
    const before = process.umask(0o077);
    await writeTemplate(templateFile, Buffer.from('an empty schema')).finally(() => process.umask(before));
    expect((await stat(templateFile)).mode & 0o777).toBe(0o644);
  });
});
