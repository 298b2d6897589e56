import { WhetstoneError } from '@whetstone/shared/errors';
import type { Ctx } from '../../../context.ts';
import type { ProjectTx } from '../../../platform/db/database.ts';
import { lockProject } from '../../../platform/db/lock-project.ts';
import { readTasks } from './read-tasks.ts';
import { taskSetRepository, type TaskSetRow } from './repository.ts';
import { filesSha256, type Tasks } from './task-files.ts';
import type { TaskFolders } from './task-folders.ts';

interface Dependencies {
  folders: TaskFolders;
  reposDirs: readonly string[];
}

/** What a current version is without them; undefined where nothing is left. */
interface Rest {
  sha256: string;
  tasks: Tasks;
}

const nameOf = ({ name, sha256 }: Pick<TaskSetRow, 'name' | 'sha256'>) => `${name} ${sha256}`;

/**
 * Takes tasks out of all data sets of the project, as if they had never been there: older versions that have them go, and the current one
 * is followed by one without. Runs over them keep their results, but no answers. In two steps, since the first writes files.
 */
export const taskRemover =
  ({ folders, reposDirs }: Dependencies) =>
  async (
    ctx: Ctx,
    taskIds: readonly string[],
  ): Promise<(tx: ProjectTx, taskIds: readonly string[]) => Promise<void>> => {
    const rests = new Map<string, Rest | undefined>();
    for (const row of await ctx.transaction((tx) => taskSetRepository.withTasks(tx, taskIds))) {
      const tasks = row.isCurrent
        ? await ctx.transaction((tx) => taskSetRepository.tasks(tx, row.name, row.sha256))
        : {};
      const left = Object.fromEntries(Object.entries(tasks ?? {}).filter(([id]) => !taskIds.includes(id)));
      rests.set(nameOf(row), Object.keys(left).length > 0 ? await restOf(left) : undefined);
    }

    async function restOf(tasks: Tasks): Promise<Rest> {
      const { sha256 } = await folders.put(tasks, (folder) => readTasks(folder, { reposDirs, lookForCommits: false }));
      return { sha256, tasks };
    }

    return async (tx, idsNow) => {
      await lockProject(tx);
      const found = await taskSetRepository.withTasks(tx, idsNow);
      if (found.some((row) => !rests.has(nameOf(row))))
        throw new WhetstoneError(
          'conflict',
          'a data set with tasks of these corrections was changed at the same time; try again',
        );
      await taskSetRepository.removeAnswers(tx, found);
      await taskSetRepository.removeVersions(tx, found);
      for (const row of found) {
        const rest = rests.get(nameOf(row));
        if (!rest) continue;
        const { sha256, tasks } = rest;
        const bytes = Buffer.byteLength(JSON.stringify(tasks));
        await taskSetRepository.put(tx, { name: row.name, sha256, filesSha256: filesSha256(tasks), bytes, tasks });
      }
      // Where a folder cannot be removed now, the sweep of those that nobody knows finds it.
      tx.afterCommit(() => void Promise.allSettled(found.map((row) => folders.forget(row.filesSha256))));
    };
  };
