import type { Dataset } from '@whetstone/evals';
import type { RunScope } from '../runs/run-scope.ts';
import { readTasks } from './read-tasks.ts';
import { taskSetRepository } from './repository.ts';
import type { TaskFolders } from './task-folders.ts';

interface Dependencies {
  folders: TaskFolders;
  reposDirs: readonly string[];
}

/** What runs ask for a data set of the project: the current version, or the one of a hash. */
export type FindProjectDataset = (scope: RunScope, name: string, sha256?: string) => Promise<Dataset | undefined>;

/**
 * Reads a data set from its files, which are written where they are missing. Where its repositories may lie is looked at
 * again, since the server may have been told otherwise since: throws `forbidden`.
 */
export const projectDatasetFinder =
  ({ folders, reposDirs }: Dependencies): FindProjectDataset =>
  async (scope, name, sha256) => {
    const row = await scope.transaction((tx) => taskSetRepository.find(tx, name, sha256));
    if (!row) return undefined;
    const tasks = () => scope.transaction((tx) => taskSetRepository.tasks(tx, name, row.sha256));
    const read = async () => {
      const folder = await folders.folderOf(row.filesSha256, tasks);
      return folder === undefined ? undefined : readTasks(folder, { reposDirs, lookForCommits: false });
    };
    // Something may have tidied up in between: what is no longer what was stored is written again.
    const found = await read().catch(() => undefined);
    if (found?.sha256 === row.sha256) return { ...found, name };
    await folders.forget(row.filesSha256);
    const again = await read();
    return again && { ...again, name };
  };
