import type { Database, ProjectTx } from '../../../platform/db/database.ts';
import { dayMs } from '../../../platform/day.ts';
import { lockProject } from '../../../platform/db/lock-project.ts';
import { taskSetRepository } from './repository.ts';
import type { TaskFolders } from './task-folders.ts';

interface Options {
  database: Pick<Database, 'asProject' | 'asSystem'>;
  folders: TaskFolders;
  keepDaysOf: (tx: ProjectTx) => Promise<number>;
  nowMs: number;
  signal?: AbortSignal | undefined;
}

/**
 * Removes older versions of data sets that no run within the kept days names, and the files of versions that are gone. A
 * folder of the last day stays, since a registration may be under way.
 */
export async function expireTaskSets({ database, folders, keepDaysOf, nowMs, signal }: Options): Promise<number> {
  let removed = 0;
  for (const projectId of await database.asSystem((tx) => taskSetRepository.projectsWithOld(tx))) {
    signal?.throwIfAborted();
    removed += await database.asProject(projectId, async (tx) => {
      await lockProject(tx);
      const since = new Date(nowMs - (await keepDaysOf(tx)) * dayMs);
      return taskSetRepository.removeUnnamed(tx, since);
    });
  }
  const known = await database.asSystem((tx) => taskSetRepository.knownFiles(tx));
  return removed + (await folders.sweep((name) => known.has(name), new Date(nowMs - dayMs)));
}
