import { WhetstoneError } from '@whetstone/shared/errors';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Two processes on one PGlite directory silently lose data, so the second is refused. Resolves with the release.
 *
 * The lock is a directory that holds one file named after its owner. It is taken by renaming a prepared directory over it,
 * which the system allows only while the lock is missing or empty, so that of many exactly one succeeds. The file of a
 * process that is gone is removed under its own name: whoever comes late cannot remove a newcomer's by mistake.
 */
export async function lockDirectory(directory: string): Promise<() => Promise<void>> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const lock = join(directory, 'lock');
  const owner = ownerName();

  if (!(await taken(lock, owner))) {
    await clearDeadOwners(directory, lock);
    if (!(await taken(lock, owner))) throw refusal(directory, await ownersOf(lock));
  }
  return async () => {
    await rm(join(lock, owner), { force: true });
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
    // ENOTDIR: something else stands in its place, such as the lock file of an older version.
    if (['ENOTEMPTY', 'EEXIST', 'EPERM', 'ENOTDIR'].includes(code)) return false;
    throw error;
  }
}

async function clearDeadOwners(directory: string, lock: string) {
  const owners = await ownersOf(lock);
  if (owners.some(isAlive)) throw refusal(directory, owners);
  for (const owner of owners) await rm(join(lock, owner), { force: true });
  // Where the system renames over nothing that exists (Windows), and for what is not even a directory.
  await rmdir(lock).catch(() => undefined);
}

const ownersOf = (lock: string) => readdir(lock).catch((): string[] => []);

/** The start time guards against a later process of the same number; systems without /proc do without. */
const ownerName = () => `${process.pid}-${stateOf(process.pid)?.startedAt ?? ''}-${randomUUID()}`;

function partsOf(owner: string) {
  const [pid, startedAt = ''] = owner.split('-');
  return { pid: Number(pid), startedAt };
}

function isAlive(owner: string) {
  const { pid, startedAt } = partsOf(owner);
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

/** Fields 3 and 22 of /proc/PID/stat: the state, and the start in clock ticks after boot. A zombie is dead. */
function stateOf(pid: number) {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ');
    return { startedAt: fields[19] ?? '', isDead: fields[0] === 'Z' || fields[0] === 'X' };
  } catch {
    return undefined;
  }
}

function refusal(directory: string, owners: string[]) {
  const by = owners[0] ? ` (process ${partsOf(owners[0]).pid})` : '';
  return new WhetstoneError(
    'conflict',
    `${directory} is in use by another Whetstone server${by}. Stop that one, or set WHETSTONE_DATA_DIR to another directory.`,
  );
}
