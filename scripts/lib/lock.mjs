import { randomBytes } from 'node:crypto';
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const longerThanAnySetUpMs = 30 * 60_000;

/**
 * Lets one process at a time do `work`. The lock is a directory that holds one file named after its owner; it is taken
 * by renaming a prepared directory over it, which the system allows only while the lock is missing or empty. A dead
 * owner's file is removed under its own name, so a newcomer's lock can never be broken by mistake.
 */
export async function withLock(path, work, onWait = () => {}) {
  const owner = `${process.pid}-${randomBytes(6).toString('hex')}`;
  await acquire(path, owner, onWait);
  const release = () => {
    rmSync(join(path, owner), { force: true });
    quietly(() => rmdirSync(path));
  };
  process.once('exit', release);
  try {
    return await work();
  } finally {
    process.off('exit', release);
    release();
  }
}

async function acquire(path, owner, onWait) {
  mkdirSync(dirname(path), { recursive: true });
  for (let attempt = 0; !take(path, owner); attempt++) {
    const holder = quietly(() => readdirSync(path))?.[0];
    if (holder && isAbandoned(path, holder)) {
      rmSync(join(path, holder), { force: true });
      quietly(() => rmdirSync(path));
      continue;
    }
    if (attempt === 0) onWait(holder?.split('-')[0]);
    await sleep(200);
  }
}

function take(path, owner) {
  const prepared = mkdtempSync(`${path}.`);
  writeFileSync(join(prepared, owner), '');
  try {
    renameSync(prepared, path);
    return true;
  } catch (error) {
    rmSync(prepared, { recursive: true, force: true });
    if (['ENOTEMPTY', 'EEXIST', 'EPERM'].includes(error.code)) return false;
    throw error;
  }
}

function isAbandoned(path, holder) {
  const takenAt = quietly(() => statSync(join(path, holder)).mtimeMs);
  if (takenAt === undefined) return false;
  return !isAlive(Number(holder.split('-')[0])) || Date.now() - takenAt > longerThanAnySetUpMs;
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return error.code === 'EPERM';
  }
  // Killed, but not yet collected by its parent: it still answers, and will never let go.
  const state = quietly(() => readFileSync(`/proc/${pid}/stat`, 'utf8'))?.match(/\) ([A-Z]) /)?.[1];
  return state !== 'Z' && state !== 'X';
}

/** Another process may have been faster; then there is nothing left to do here. */
function quietly(action) {
  try {
    return action();
  } catch {
    return undefined;
  }
}
