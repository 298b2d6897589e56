import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bytesOf, filesSha256, type Tasks } from './task-files.ts';

/** Files of tasks on disk, where the harness reads them: a private folder for each version, named by its hash. */
export interface TaskFolders {
  /** Writes them apart, has them looked at, and puts them in their place unless that throws. */
  put<T>(tasks: Tasks, look: (folder: string) => Promise<T>): Promise<T>;
  /** Where a version lies; it is written if it does not. */
  folderOf(filesSha256: string, tasks: () => Promise<Tasks | undefined>): Promise<string | undefined>;
  forget(filesSha256: string): Promise<void>;
  /** Removes versions that nobody knows, and what a process that died left half written; resolves with how many. */
  sweep(isKnown: (filesSha256: string) => boolean, before: Date): Promise<number>;
}

export function taskFolders(root: string): TaskFolders {
  const placeOf = (sha256: string) => join(root, sha256);

  async function put<T>(tasks: Tasks, look: (folder: string) => Promise<T>): Promise<T> {
    const draft = join(root, `draft-${randomUUID()}`);
    try {
      for (const [task, files] of Object.entries(tasks)) {
        await mkdir(join(draft, task), { recursive: true, mode: 0o700 });
        for (const [path, content] of Object.entries(files))
          await writeFile(join(draft, task, path), bytesOf(path, content), { mode: 0o600 });
      }
      const seen = await look(draft);
      // Whoever comes second finds the same files in place: the hash of all of them is its name.
      await rename(draft, placeOf(filesSha256(tasks))).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
      });
      return seen;
    } finally {
      await rm(draft, { recursive: true, force: true });
    }
  }

  return {
    put,

    async folderOf(sha256, tasksOf) {
      const place = placeOf(sha256);
      if (await isFolder(place)) return place;
      const tasks = await tasksOf();
      if (!tasks) return undefined;
      await put(tasks, async () => undefined);
      return place;
    },

    forget: (sha256) => rm(placeOf(sha256), { recursive: true, force: true }),

    async sweep(isKnown, before) {
      const names = await readdir(root).catch(() => []);
      let removed = 0;
      for (const name of names) {
        if (isKnown(name)) continue;
        const found = await stat(join(root, name)).catch(() => undefined);
        if (!found || found.mtime >= before) continue;
        await rm(join(root, name), { recursive: true, force: true });
        removed += 1;
      }
      return removed;
    },
  };
}

const isFolder = async (path: string) => (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
