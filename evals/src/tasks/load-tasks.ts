import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { WhetstoneError } from '@whetstone/shared/errors';
import type { Dataset, RepoProblem } from '../problem.ts';
import { contentSha256, readTask, taskFiles, type Task } from './task-folder.ts';

/** Folders of tasks, or of such folders, as a data set. Tasks that were not validated, or changed since, are refused. */
export async function loadTasks(dirs: string | readonly string[]): Promise<Dataset> {
  const given = [dirs].flat().map((dir) => resolve(dir));
  const folders = (await Promise.all(given.map(taskFoldersIn))).flat();
  const hash = createHash('sha256');
  const problems = new Map<string, RepoProblem>();
  let timeoutMs = 0;
  for (const folder of folders) {
    const task = await readTask(folder);
    const { id, tests } = task.file;
    const twin = problems.get(id);
    if (twin) throw new WhetstoneError('invalid', `two tasks are called ${id}: ${twin.folder} and ${folder}`);
    refuseUnvalidated(task);
    problems.set(id, problemOf(task));
    timeoutMs = Math.max(timeoutMs, tests.timeout_s * 1000);
    for (const name of taskFiles) {
      const bytes = await readFile(join(folder, name));
      hash.update(`${id}/${name} ${bytes.length}\n`).update(bytes);
    }
  }
  return {
    name: given.map((dir) => basename(dir)).join('+'),
    sha256: hash.digest('hex'),
    problems: [...problems.values()],
    preamble: {},
    timeoutMs,
  };
}

/** Whether a folder is a task or has one right below it. */
export async function holdsTasks(dir: string): Promise<boolean> {
  if (existsSync(join(dir, 'task.toml'))) return true;
  return (await readdir(dir)).some((name) => existsSync(join(dir, name, 'task.toml')));
}

/** The folder itself when it is a task, else the tasks right below it, by name. */
export async function taskFoldersIn(dir: string): Promise<string[]> {
  if (existsSync(join(dir, 'task.toml'))) return [dir];
  const entries = await readdir(dir, { withFileTypes: true }).catch(() => {
    throw new WhetstoneError('not_found', `no folder ${dir}`);
  });
  const folders = entries
    .filter((entry) => existsSync(join(dir, entry.name, 'task.toml')))
    .map((entry) => join(dir, entry.name))
    .toSorted();
  if (folders.length === 0) throw new WhetstoneError('not_found', `no task (a folder with a task.toml) in ${dir}`);
  return folders;
}

function refuseUnvalidated(task: Task) {
  const { provenance, tests } = task.file;
  const mend = `run \`whetstone-evals task validate ${task.folder}\``;
  if (provenance.content_sha256 === undefined || tests.fail_to_pass.length === 0)
    throw new WhetstoneError('invalid', `task ${task.file.id} was never validated: ${mend}`);
  if (provenance.content_sha256 !== contentSha256(task))
    throw new WhetstoneError('invalid', `task ${task.file.id} was changed since it was validated: ${mend}`);
}

const problemOf = ({ folder, file, instruction }: Task): RepoProblem => ({
  kind: 'repo',
  id: file.id,
  prompt: instruction,
  language: file.language,
  type: file.type,
  tags: [file.type, file.difficulty, file.language, ...file.tags],
  ...(file.cluster === undefined ? {} : { cluster: file.cluster }),
  folder,
});
