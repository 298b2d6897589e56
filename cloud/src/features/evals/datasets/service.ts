import { DatasetName, type EvalDataset, type evalDatasets, type Handlers } from '@whetstone/shared/contract';
import { WhetstoneError } from '@whetstone/shared/errors';
import type { Ctx } from '../../../context.ts';
import { lockProject } from '../../../platform/db/lock-project.ts';
import { pageAfter, readCursor } from '../../../platform/page.ts';
import { staged } from '../../../platform/staged.ts';
import { publishedDatasets, takenNames } from './published.ts';
import { readTasks } from './read-tasks.ts';
import { taskSetRepository, type TaskSetRow } from './repository.ts';
import { complaintsAbout, filesSha256 } from './task-files.ts';
import type { TaskFolders } from './task-folders.ts';

interface Dependencies {
  folders: TaskFolders;
  datasetsDir: string;
  reposDirs: readonly string[];
}

/** The files lie in the database, and on the disk of every server that grades: thousands of tasks in text, or some dozens of bundles. */
const mostNames = 100;
const mostBytes = 64 * 2 ** 20;

export function datasetService({ folders, datasetsDir, reposDirs }: Dependencies): Handlers<typeof evalDatasets, Ctx> {
  return {
    createEvalDataset: staged(async (_, { name, tasks }) => {
      if (takenNames.has(name))
        throw new WhetstoneError('conflict', `"${name}" is the name of a data set that everybody has; choose another`);
      const errors = complaintsAbout(tasks);
      if (errors.length > 0)
        throw new WhetstoneError('invalid', errors.map(({ path, message }) => `${path}: ${message}`).join('\n'), {
          errors,
        });
      const { sha256 } = await folders.put(tasks, (folder) => readTasks(folder, { reposDirs, lookForCommits: true }));
      const bytes = Buffer.byteLength(JSON.stringify(tasks));
      return (within) =>
        within.transaction(async (tx) => {
          await lockProject(tx);
          const row = await taskSetRepository.put(tx, { name, sha256, filesSha256: filesSha256(tasks), bytes, tasks });
          const size = await taskSetRepository.size(tx);
          if (size.names > mostNames || size.bytes > mostBytes)
            throw new WhetstoneError(
              'conflict',
              `a project has at most ${mostNames} data sets of ${mostBytes / 2 ** 20} MiB with their older versions; delete one first`,
            );
          return taskSetView(row);
        });
    }),

    async listEvalDatasets(ctx, { limit, cursor }) {
      const after = readCursor(cursor, isName);
      const rows = await ctx.transaction((tx) => taskSetRepository.current(tx));
      const common = await publishedDatasets(datasetsDir);
      const own = rows.map(taskSetView);
      const last = common.findIndex(({ name }) => name === after);
      const isPast = after !== undefined && last === -1;
      const rest = isPast ? own.filter(({ name }) => name > after) : [...common.slice(last + 1), ...own];
      return pageAfter(rest.slice(0, limit + 1), limit, ({ name }) => name);
    },

    deleteEvalDataset: (ctx, { name }) =>
      ctx.transaction(async (tx) => {
        if (takenNames.has(name))
          throw new WhetstoneError(
            'conflict',
            `"${name}" is not the project's own; only its own data sets can be deleted`,
          );
        await lockProject(tx);
        if (!(await taskSetRepository.remove(tx, name)))
          throw new WhetstoneError('not_found', `the project has no data set "${name}"`);
        return { name };
      }),
  };
}

const isName = (text: string) => DatasetName.safeParse(text).success;

const taskSetView = ({ name, sha256, taskCount, createdAt }: TaskSetRow): EvalDataset => ({
  name,
  source: 'project',
  problemCount: taskCount,
  sha256,
  isAvailable: true,
  detail: 'Tasks of repositories that the project registered',
  createdAt: createdAt.toISOString(),
});
