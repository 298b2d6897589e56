import { loadTasks, readTask, type Dataset, type Task } from '@whetstone/evals';
import { WhetstoneError, type FieldError } from '@whetstone/shared/errors';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { checkRepositories } from './task-repositories.ts';

interface Options {
  reposDirs: readonly string[];
  /** Whether each repository is opened, to see that it has the task's commit. */
  lookForCommits: boolean;
}

/**
 * Reads a folder of tasks as the harness does. Every task that it refuses is named with what it says of it; no path of the
 * server is told.
 */
export async function readTasks(folder: string, { reposDirs, lookForCommits }: Options): Promise<Dataset> {
  const names = (await readdir(folder)).toSorted();
  const complaints: FieldError[] = [];
  const tasks = new Map<string, Task>();
  for (const name of names) {
    try {
      tasks.set(name, await readTask(join(folder, name)));
      // Alone, so that each task that was never validated is named, not only the first.
      await loadTasks(join(folder, name));
    } catch (error) {
      complaints.push(...complaintsOf(error, folder, name));
    }
  }
  if (complaints.length > 0) throw refusal(complaints);
  const unknown = await checkRepositories(tasks, { reposDirs, lookForCommits });
  if (unknown.length > 0) throw refusal(unknown);
  return loadTasks(folder).catch((error: unknown) => {
    throw refusal(complaintsOf(error, folder));
  });
}

const refusal = (errors: FieldError[]) =>
  new WhetstoneError('invalid', errors.map(({ path, message }) => `${path}: ${message}`).join('\n'), { errors });

/** The harness names a file with its line; what is told begins at the task's folder. */
function complaintsOf(error: unknown, folder: string, task?: string): FieldError[] {
  if (!(error instanceof WhetstoneError)) throw error;
  const path = task === undefined ? 'tasks' : `tasks.${task}`;
  const inTask = task === undefined ? error.message : error.message.replaceAll(`${join(folder, task)}/`, '');
  return inTask
    .replaceAll(`${folder}/`, '')
    .split('\n')
    .map((message) => ({ path, message }));
}
