import { createHash, randomUUID } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm, rmdir, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { WhetstoneError } from '@whetstone/shared/errors';
import { codeOf, diskProblem } from './disk-problem.ts';

const signOfLifeMs = 5_000;
const silentForMs = 30_000;

/**
 * One run at a time writes a run directory; resolves with the release. A lock is a directory that holds one file named after
 * its owner, taken by renaming a prepared one over it, which the system allows only while the lock is missing or empty: of many
 * exactly one succeeds. A dead owner's file is removed under its own name, so that nobody breaks a newcomer's lock by mistake.
 */
export async function lockRun(directory: string): Promise<() => Promise<void>> {
  const lock = join(directory, 'lock');
  const owner = [process.pid, startOf(process.pid) ?? '', here(), randomUUID()].join('.');
  try {
    // On a read-only disk the recursive one speaks of a folder that is missing; the plain one says why.
    await mkdir(directory, { recursive: true }).catch(() => mkdir(directory));
    if (!(await take(lock, owner))) {
      await clearDeadOwners(lock);
      if (!(await take(lock, owner))) throw refusal(directory, (await ownersOf(lock))[0]);
    }
  } catch (error) {
    throw diskProblem(directory, error);
  }
  await sweep(directory);
  const file = join(lock, owner);
  // A disk that refuses this for a while must not stop the run.
  const beat = setInterval(() => void utimes(file, new Date(), new Date()).catch(() => {}), signOfLifeMs).unref();
  return async () => {
    clearInterval(beat);
    await rm(file, { force: true });
    await rmdir(lock).catch(() => undefined);
  };
}

async function take(lock: string, owner: string): Promise<boolean> {
  const prepared = await mkdtemp(`${lock}.`);
  try {
    await writeFile(join(prepared, owner), '');
    await rename(prepared, lock);
    return true;
  } catch (error) {
    await rm(prepared, { recursive: true, force: true });
    if (['ENOTEMPTY', 'EEXIST', 'EPERM', 'ENOTDIR'].includes(codeOf(error))) return false;
    throw error;
  }
}

async function clearDeadOwners(lock: string) {
  for (const owner of await ownersOf(lock))
    if (!(await isAlive(lock, owner))) await rm(join(lock, owner), { force: true });
  // Where the system does not rename over an empty directory (Windows).
  await rmdir(lock).catch(() => undefined);
}

/** What those left who were killed while they prepared. */
async function sweep(directory: string) {
  for (const name of await readdir(directory)) {
    const prepared = join(directory, name);
    const [owner] = name.startsWith('lock.') ? await ownersOf(prepared) : [];
    if (owner && !(await isAlive(prepared, owner))) await rm(prepared, { recursive: true, force: true });
  }
}

const ownersOf = (lock: string) => readdir(lock).catch((): string[] => []);

async function isAlive(lock: string, owner: string): Promise<boolean> {
  const [number, startedAt = '', place = ''] = owner.split('.');
  const pid = Number(number);
  // In another container or on another machine process numbers say nothing: only signs of life do.
  if (place !== here()) {
    const seen = await stat(join(lock, owner)).catch(() => undefined);
    return seen !== undefined && Date.now() - seen.mtimeMs < silentForMs;
  }
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  // The start time guards against a later process of the same number.
  if (startedAt) return startOf(pid) === startedAt;
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}

/** Which process numbers mean the same processes as ours: those of this host, this boot and this namespace. */
function here(): string {
  const boot = quietly(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8'));
  const namespace = quietly(() => readlinkSync('/proc/self/ns/pid'));
  return createHash('sha256').update(`${hostname()}\n${boot}\n${namespace}`).digest('hex').slice(0, 12);
}

/** Field 22 of /proc/PID/stat, clock ticks after boot; nothing for the dead, zombies included (field 3). */
function startOf(pid: number): string | undefined {
  const fields = quietly(() => readFileSync(`/proc/${pid}/stat`, 'utf8'))
    ?.split(') ')
    .at(-1)
    ?.split(' ');
  return fields && fields[0] !== 'Z' && fields[0] !== 'X' ? fields[19] : undefined;
}

function quietly<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

function refusal(directory: string, owner: string | undefined) {
  const [pid, , place] = owner?.split('.') ?? [];
  const by = !pid
    ? ''
    : place === here()
      ? ` (process ${pid})`
      : ` (process ${pid} in another container or on another machine; if it was killed, wait ${silentForMs / 1_000} s)`;
  return new WhetstoneError(
    'conflict',
    `${directory} belongs to a run that is going on${by}. Wait for it, or choose another --out.`,
  );
}
