import { randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rename, unlink, writeFile } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { WhetstoneError } from '@whetstone/shared/errors';

interface Holder {
  pid: number;
  /** Start time of that process where the system tells it (Linux), so that a reused pid is not taken for the holder. */
  startedAt: string;
  nonce: string;
}

/**
 * Two processes on one PGlite directory silently lose data, so the second is refused. A lock left by a process that is
 * gone is taken over. Resolves with the release.
 */
export async function lockDirectory(directory: string): Promise<() => Promise<void>> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const lock = join(directory, 'lock');
  const me: Holder = { pid: process.pid, startedAt: startOf(process.pid), nonce: randomUUID() };
  const draft = `${lock}.${me.nonce}`;
  await writeFile(draft, JSON.stringify(me), { mode: 0o600 });
  try {
    if (!(await linked(draft, lock))) await takeOver(directory, lock, draft);
  } finally {
    await unlink(draft);
  }
  return async () => {
    if ((await holderOf(lock))?.nonce === me.nonce) await unlink(lock);
  };
}

/** A hard link is made whole or not at all, and never over another. */
async function linked(from: string, to: string) {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function takeOver(directory: string, lock: string, draft: string) {
  const holder = await holderOf(lock);
  if (holder && isAlive(holder)) throw refusal(directory, holder.pid);

  // Two may find the same stale lock: what was moved away must be what was read, else it is a winner's fresh one.
  const aside = `${draft}.stale`;
  await rename(lock, aside).catch(() => undefined);
  const moved = await holderOf(aside);
  const isStale = moved?.nonce === holder?.nonce;
  if (!isStale) await linked(aside, lock);
  await unlink(aside).catch(() => undefined);
  if (!isStale || !(await linked(draft, lock))) throw refusal(directory, (await holderOf(lock))?.pid);
}

async function holderOf(lock: string): Promise<Holder | undefined> {
  try {
    return JSON.parse(await readFile(lock, 'utf8')) as Holder;
  } catch {
    // Unreadable or torn: nobody can prove that they hold it.
    return undefined;
  }
}

function isAlive({ pid, startedAt }: Holder) {
  if (pid === process.pid && startedAt !== startOf(pid)) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  return startedAt === startOf(pid);
}

/** Field 22 of /proc/PID/stat, clock ticks after boot; empty where there is no /proc. */
function startOf(pid: number) {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)!.split(' ')[19] ?? '';
  } catch {
    return '';
  }
}

const refusal = (directory: string, pid: number | undefined) =>
  new WhetstoneError(
    'conflict',
    `${directory} is in use by another Whetstone server${pid ? ` (process ${pid})` : ''}. Stop that one, or set WHETSTONE_DATA_DIR to another directory.`,
  );
