import { createHash, randomUUID } from 'node:crypto';
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  rmdirSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { codeOf } from '../state-files.ts';

const signOfLifeMs = 5_000;
const silentForMs = 30_000;

export type SenderLock = { kind: 'held'; release: () => void } | { kind: 'busy'; pid: number | undefined };

/**
 * One process at a time sends. As the data directory of the cloud is locked: a directory with one file named after its
 * owner, taken by renaming a prepared one over it, which the system allows only while it is missing or empty. A dead
 * owner's file is removed under its own name, so that nobody breaks a newcomer's lock by mistake. Where this can fail (a
 * shared disk, a machine that slept, a process held up for long) two may send at once; the cloud then applies each record
 * once all the same.
 */
export function takeSenderLock(outbox: string): SenderLock {
  mkdirSync(outbox, { recursive: true, mode: 0o700 });
  const lock = join(outbox, 'sender');
  const owner = [process.pid, stateOf(process.pid)?.startedAt ?? '', here(), randomUUID()].join('.');
  if (!take(lock, owner)) {
    clearDeadOwners(lock);
    if (!take(lock, owner)) return { kind: 'busy', pid: Number(ownersOf(lock)[0]?.split('.')[0]) || undefined };
  }
  const file = join(lock, owner);
  const heartbeat = setInterval(() => quietly(() => utimesSync(file, new Date(), new Date())), signOfLifeMs).unref();
  return {
    kind: 'held',
    release() {
      clearInterval(heartbeat);
      rmSync(file, { force: true });
      quietly(() => rmdirSync(lock));
    },
  };
}

function take(lock: string, owner: string) {
  const prepared = mkdtempSync(`${lock}.`);
  try {
    writeFileSync(join(prepared, owner), '');
    renameSync(prepared, lock);
    return true;
  } catch (error) {
    rmSync(prepared, { recursive: true, force: true });
    if (['ENOTEMPTY', 'EEXIST', 'EPERM', 'ENOTDIR'].includes(codeOf(error))) return false;
    throw error;
  }
}

function clearDeadOwners(lock: string) {
  const owners = ownersOf(lock);
  if (owners.some((owner) => isAlive(lock, owner))) return;
  for (const owner of owners) rmSync(join(lock, owner), { force: true });
  // Where the system renames over nothing that exists (Windows).
  quietly(() => rmdirSync(lock));
}

const ownersOf = (lock: string) => quietly(() => readdirSync(lock)) ?? [];

function isAlive(lock: string, owner: string) {
  const [number, startedAt = '', place = ''] = owner.split('.');
  const pid = Number(number);
  const silenceMs = Date.now() - (quietly(() => statSync(join(lock, owner)).mtimeMs) ?? 0);
  // A thread may be gone though its process lives. In another container or on another machine, numbers say nothing at all.
  if (silenceMs >= silentForMs) return false;
  if (place !== here()) return true;
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  // The start time guards against a later process of the same number.
  const state = stateOf(pid);
  if (state) return state.startedAt === startedAt && !state.isDead;
  if (startedAt) return false;
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}

/** Which process numbers mean the same processes as ours: those of this host, this boot and this namespace. */
function here() {
  const boot = quietly(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8'));
  const namespace = quietly(() => readlinkSync('/proc/self/ns/pid'));
  return createHash('sha256').update(`${hostname()}\n${boot}\n${namespace}`).digest('hex').slice(0, 12);
}

/** Fields 3 and 22 of /proc/PID/stat: the state, and the start in clock ticks after boot. A zombie is dead. */
function stateOf(pid: number) {
  const stat = quietly(() => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  const fields = stat?.split(') ').at(-1)?.split(' ');
  return fields && { startedAt: fields[19] ?? '', isDead: fields[0] === 'Z' || fields[0] === 'X' };
}

function quietly<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
