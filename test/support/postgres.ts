import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chownSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import pg from 'pg';

/** The reason to give when a test that needs a server is skipped. */
export const noPostgres = 'no PostgreSQL binaries (Debian: postgresql-15)';

/** The folder with `initdb` and `pg_ctl`: version 15 where there is one, else the newest, else what pg_config names. */
export function findPostgres(): string | undefined {
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
  const preferred = [...versions.filter((version) => version === '15'), ...versions];
  const folders = preferred.map((version) => join(debian, version, 'bin'));
  const named = spawnSync('pg_config', ['--bindir'], { encoding: 'utf8' }).stdout?.trim();
  return [...folders, named].find((folder) => folder && existsSync(join(folder, 'initdb')));
}

/**
 * Starts a throwaway server on a free port of 127.0.0.1, its files in a temporary directory. It is stopped and removed
 * by `stop`, and equally when this process ends in any other way: its keeper waits for the end of our pipe.
 */
export async function startPostgres(): Promise<{ adminUrl: string; stop: () => Promise<void> }> {
  const binaries = findPostgres();
  if (!binaries) throw new Error(noPostgres);
  // PostgreSQL refuses to run as root.
  const user = process.getuid?.() === 0 ? unprivilegedUser() : {};
  const directory = directoryFor(user);
  const port = await freePort();

  // Handed over as text: the server's user may not be able to read the checkout.
  const script = readFileSync(new URL('keep-postgres.sh', import.meta.url), 'utf8');

  const keeper = spawn('sh', ['-c', script, 'keep-postgres', binaries, directory, `${port}`], {
    ...user,
    cwd: directory,
    // A session of its own: Ctrl+C or the end of our process group must not take the keeper before it has cleaned up.
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const ended = new Promise<void>((resolve) => keeper.once('close', () => resolve()));
  const complaints = text(keeper.stderr);
  const isReady = await Promise.race([
    new Promise<true>((resolve) => keeper.stdout.once('data', () => resolve(true))),
    ended.then(() => false),
  ]);
  if (!isReady) throw new Error(`PostgreSQL did not start: ${await complaints}`);
  keeper.unref();
  return {
    adminUrl: `postgres://postgres@127.0.0.1:${port}/postgres`,
    stop: async () => {
      keeper.ref();
      keeper.stdin.end();
      await ended;
    },
  };
}

/**
 * An empty database with an owner such as managed services hand out: neither superuser nor exempt from row-level
 * security, but allowed to create roles. The address logs in as that owner.
 */
export async function freshDatabase(adminUrl: string): Promise<{ url: string; drop: () => Promise<void> }> {
  const name = `t_${randomBytes(8).toString('hex')}`;
  await asAdmin(adminUrl, [
    `create role ${name} login createrole nosuperuser nobypassrls password '${name}'`,
    `create database ${name} owner ${name}`,
  ]);
  const url = new URL(adminUrl);
  Object.assign(url, { username: name, password: name, pathname: `/${name}` });
  return {
    url: url.href,
    drop: () => asAdmin(adminUrl, [`drop database ${name} with (force)`, `drop role ${name}`]),
  };
}

export async function asAdmin(adminUrl: string, statements: string[]) {
  const client = new pg.Client(adminUrl);
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}

function unprivilegedUser() {
  const idOf = (flag: string, user: string) => Number(execFileSync('id', [flag, user], { stdio: 'pipe' }));
  const name = ['postgres', 'nobody'].find((user) => spawnSync('id', ['-u', user]).status === 0);
  if (!name) throw new Error('PostgreSQL refuses to run as root, and there is no user postgres or nobody');
  return { uid: idOf('-u', name), gid: idOf('-g', name) };
}

/** A directory that the server's user may enter: a TMPDIR of root's own is closed to others. */
function directoryFor({ uid, gid }: { uid?: number; gid?: number }) {
  for (const parent of [tmpdir(), '/tmp', '/var/tmp']) {
    const directory = mkdtempSync(join(parent, 'whetstone-pg-'));
    if (uid === undefined || gid === undefined) return directory;
    chownSync(directory, uid, gid);
    if (spawnSync('test', ['-w', directory], { uid, gid, cwd: '/' }).status === 0) return directory;
    rmSync(directory, { recursive: true });
  }
  throw new Error(`no temporary directory that user ${uid} may enter`);
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
