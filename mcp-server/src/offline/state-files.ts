import { randomUUID } from 'node:crypto';
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { open, readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** A draft this much older than a new one belongs to a process that was killed while it wrote. */
const staleDraftMs = 60_000;
/** Damaged files are kept to be looked at, but not for ever. */
const maxSetAside = 3;

/** Empty for a directory that is not there. */
export async function listFiles(directory: string) {
  try {
    return await readdir(directory);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  }
}

/** Readers see the old file or the new one, never half of one, however many processes write and die at once. */
export async function replaceFile(path: string, content: string | Uint8Array) {
  const draft = `${path}.${randomUUID()}.tmp`;
  try {
    const file = await open(draft, 'wx', 0o600);
    try {
      await file.writeFile(content);
      await file.sync();
      await removeStaleDrafts(dirname(path), (await file.stat()).mtimeMs);
    } finally {
      await file.close();
    }
    await rename(draft, path);
  } catch (error) {
    await removeQuietly(draft);
    throw error;
  }
  await syncDirectory(dirname(path));
}

/** The same where nothing can be awaited. A power cut may undo the new name; what it names is whole or not there. */
export function replaceFileNow(path: string, content: string | Uint8Array) {
  const draft = `${path}.${randomUUID()}.tmp`;
  try {
    const file = openSync(draft, 'wx', 0o600);
    try {
      writeFileSync(file, content);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}

/** Renames a file out of the way and answers where it now is; nothing when that cannot be done. */
export async function setAside(path: string) {
  const kept = `${path}.${randomUUID()}.damaged`;
  try {
    await rename(path, kept);
  } catch {
    return undefined;
  }
  const directory = dirname(path);
  const byAge = await Promise.all(
    (await listFiles(directory))
      .filter((name) => name.endsWith('.damaged') && name !== basename(kept))
      .map(async (name) => ({ path: join(directory, name), mtimeMs: await modifiedAtMs(join(directory, name)) })),
  );
  byAge.sort((a, b) => b.mtimeMs - a.mtimeMs);
  for (const old of byAge.slice(maxSetAside - 1)) await removeQuietly(old.path);
  return kept;
}

/** By the clock of the file system, which wrote both times. */
async function removeStaleDrafts(directory: string, nowMs: number) {
  for (const name of await listFiles(directory)) {
    const path = join(directory, name);
    if (name.endsWith('.tmp') && (await modifiedAtMs(path)) < nowMs - staleDraftMs) await removeQuietly(path);
  }
}

/** A file that has gone meanwhile is as new as can be. */
const modifiedAtMs = (path: string) =>
  stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => Infinity,
  );

/** Without it a power cut may undo the rename. Systems that cannot do it to a directory need not. */
export async function syncDirectory(directory: string) {
  const handle = await open(directory, 'r').catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}

export const removeQuietly = (path: string) => rm(path, { force: true }).catch(() => undefined);

export const codeOf = (error: unknown) => (error as NodeJS.ErrnoException).code ?? 'unknown error';
