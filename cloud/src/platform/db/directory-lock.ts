import { WhetstoneError } from '@whetstone/shared/errors';
import { createHash, randomUUID } from 'node:crypto';
import { readFileSync, readlinkSync, statSync, utimesSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';

const signOfLifeMs = 5_000;
const silentForMs = 30_000;

/**
 * Two processes on one PGlite directory silently lose data, so the second is refused. Resolves with the release.
 *
 * The lock is a directory that holds one file named after its owner. It is taken by renaming a prepared directory over it,
 * which the system allows only while the lock is missing or empty, so that of many exactly one succeeds. The file of a
 * process that is gone is removed under its own name: whoever comes late cannot remove a newcomer's by mistake.
 */
export async function lockDirectory(directory: string): Promise<() => Promise<void>> {
  await mkdir(directory, { recursive: true });
  // Keys and every tenant's rows lie below.
  await chmod(directory, 0o700);
  const lock = join(directory, 'lock');
  const owner = [process.pid, stateOf(process.pid)?.startedAt ?? '', here(), randomUUID()].join('.');

  if (!(await taken(lock, owner))) {
    await clearDeadOwners(directory, lock);
    if (!(await taken(lock, owner))) throw refusal(directory, await ownersOf(lock));
  }
  const file = join(lock, owner);
  const heartbeat = setInterval(() => showLife(file), signOfLifeMs).unref();
  return async () => {
    clearInterval(heartbeat);
    await rm(file, { force: true });
    await rmdir(lock).catch(() => undefined);
  };
}

async function taken(lock: string, owner: string) {
  const prepared = await mkdtemp(`${lock}.`);
  await writeFile(join(prepared, owner), '');
  try {
    await rename(prepared, lock);
    return true;
  } catch (error) {
    await rm(prepared, { recursive: true, force: true });
    const { code = '' } = error as NodeJS.ErrnoException;
    if (['ENOTEMPTY', 'EEXIST', 'EPERM', 'ENOTDIR'].includes(code)) return false;
    throw error;
  }
}

async function clearDeadOwners(directory: string, lock: string) {
  const owners = await ownersOf(lock);
  if (owners.some((owner) => isAlive(lock, owner))) throw refusal(directory, owners);
  for (const owner of owners) await rm(join(lock, owner), { force: true });
  // Where the system renames over nothing that exists (Windows).
  await rmdir(lock).catch(() => undefined);
}

const ownersOf = (lock: string) => readdir(lock).catch((): string[] => []);

interface Owner {
  pid: number;
  startedAt: string;
  place: string;
}

function partsOf(owner: string): Owner {
  const [pid, startedAt = '', place = ''] = owner.split('.');
  return { pid: Number(pid), startedAt, place };
}

/** The start time guards against a later process of the same number; systems without /proc do without. */
function isAlive(lock: string, owner: string) {
  const { pid, startedAt, place } = partsOf(owner);
  // In another container or on another machine, process numbers say nothing: only the signs of life do.
  if (place !== here()) return msSinceLife(join(lock, owner)) < silentForMs;
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  const state = stateOf(pid);
  if (state) return state.startedAt === startedAt && !state.isDead;
  if (startedAt) return false;
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function msSinceLife(file: string) {
  try {
    return Date.now() - statSync(file).mtimeMs;
  } catch {
    return Infinity;
  }
}

function showLife(file: string) {
  try {
    utimesSync(file, new Date(), new Date());
  } catch {
    // A disk that refuses this for a while must not stop the server; it refuses others only if they look after long silence.
  }
}

/** Which process numbers mean the same processes as ours: those of this host, this boot and this namespace. */
function here() {
  const parts = [hostname(), quietly(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8'))];
  const namespace = quietly(() => readlinkSync('/proc/self/ns/pid'));
  return createHash('sha256')
    .update([...parts, namespace].join('\n'))
    .digest('hex')
    .slice(0, 12);
}

/** Fields 3 and 22 of /proc/PID/stat: the state, and the start in clock ticks after boot. A zombie is dead. */
function stateOf(pid: number) {
  const stat = quietly(() => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  const fields = stat?.split(') ').at(-1)?.split(' ');
  return fields && { startedAt: fields[19] ?? '', isDead: fields[0] === 'Z' || fields[0] === 'X' };
}

function quietly(read: () => string) {
  try {
    return read();
  } catch {
    return undefined;
  }
}

function refusal(directory: string, owners: string[]) {
  const owner = owners[0] && partsOf(owners[0]);
  const elsewhere = `in another container or on another machine; if it was killed, wait ${silentForMs / 1_000} s`;
  const by = !owner ? '' : owner.place === here() ? ` (process ${owner.pid})` : ` (${elsewhere})`;
  return new WhetstoneError(
    'conflict',
    `${directory} is in use by another Whetstone server${by}. Stop that one, or set WHETSTONE_DATA_DIR to another directory.`,
  );
}
