import { existsSync, readFileSync, readlinkSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WhetstoneError } from '@whetstone/shared/errors';

export interface Scratch {
  folder: string;
  remove(): Promise<void>;
}

/**
 * A folder for copies of a repository, named after its process; those of processes that are gone (killed, so that they could
 * not tidy up) are removed on the way. Nothing of it is known to git: what is left over blocks nobody.
 */
export async function openScratch(parent = tmpdir()): Promise<Scratch> {
  const folder = await mkdtemp(join(parent, `${prefix}${process.pid}-`)).catch((cause: unknown) => {
    throw new WhetstoneError('unavailable', `no scratch folder can be made in ${parent} (TMPDIR says where)`, {
      cause,
    });
  });
  await sweep(parent);
  return { folder, remove: async () => await removeTree(folder) };
}

export const removeTree = async (folder: string) =>
  await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });

/** Ids of processes mean something only in one pid namespace; containers may share a /tmp. */
const namespaceId = existsSync('/proc/self/ns/pid') ? readlinkSync('/proc/self/ns/pid').replaceAll(/\D/g, '') : 'host';
const prefix = `whetstone-task-${namespaceId}-`;

async function sweep(parent: string) {
  const names = (await readdir(parent)).filter((name) => name.startsWith(prefix));
  const abandoned = names.filter((name) => !isAlive(Number.parseInt(name.slice(prefix.length), 10)));
  // Another's folders cannot be removed, and need not be.
  await Promise.all(abandoned.map(async (name) => await removeTree(join(parent, name)).catch(() => undefined)));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
  return !isZombie(pid);
}

/** Ended, and nobody asked how: containers without an init keep these for good. */
function isZombie(pid: number): boolean {
  try {
    return /\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return false;
  }
}
