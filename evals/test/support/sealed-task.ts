import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RepoProblem } from '../../src/problem.ts';
import type { Executor } from '../../src/sandbox/process/exec.ts';
import { loadTasks } from '../../src/tasks/load-tasks.ts';
import { newTask } from '../../src/tasks/new-task.ts';
import type { TaskFile } from '../../src/tasks/task-file.ts';
import { readTask, writeTask } from '../../src/tasks/task-folder.ts';
import { validateTask } from '../../src/tasks/validate-task.ts';

export const newFolder = (name: string) => mkdtempSync(join(tmpdir(), `${name}-`));

/** A validated task of a commit, with what a test wants different in its file. */
export async function sealedTask(
  repository: { path: string; fix: string },
  sandbox: Executor,
  change: (file: TaskFile) => TaskFile = (file) => file,
): Promise<RepoProblem> {
  const { folder } = await newTask({ repo: repository.path, commit: repository.fix, out: newFolder('tasks') });
  const { refused } = await validateTask(folder, { sandbox, runs: 1 });
  if (refused) throw new Error(`${refused.reason}\n${refused.log}`);
  const task = await readTask(folder);
  await writeTask({ ...task, file: change(task.file) }, { seal: true });
  const { problems } = await loadTasks(folder);
  const [problem] = problems;
  if (problem?.kind !== 'repo') throw new Error('one task was made');
  return problem;
}
