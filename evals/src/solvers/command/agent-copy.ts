import { lstat, mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { copyDependencies, lendDependencies, type Lent } from '../../tasks/dependencies.ts';
import { git } from '../../tasks/git.ts';
import type { Task } from '../../tasks/task-folder.ts';
import { openTrees } from '../../tasks/trees.ts';

export interface AgentCopy {
  /** Holds `repo`, `instruction.md` and what the command writes beside them. */
  folder: string;
  lent: readonly Lent[];
  /** What the command has made of the repository, against the base; undefined when it put something else in its place. */
  takePatch(): Promise<string | undefined>;
}

/**
 * A copy of a task's repository at its base commit, for an agent to work in. It is a repository of one commit: no later
 * history is in it to look the answer up in. `lend` has dependencies appear read-only (in a jail), else they are copied.
 */
export async function makeAgentCopy(task: Task, scratch: string, { lend }: { lend: boolean }): Promise<AgentCopy> {
  const { repo, env } = task.file;
  const trees = await openTrees(resolve(task.folder, repo.git), scratch);
  const base = await trees.treeOf(repo.base_commit);
  const folder = join(scratch, 'agent');
  const copy = join(folder, 'repo');
  await mkdir(folder);
  await writeFile(join(folder, 'instruction.md'), task.instruction);
  await trees.checkOut(base, copy);
  await git(['init', '--quiet', '--initial-branch=main'], { cwd: copy });
  await git(['add', '--all', '--force'], { cwd: copy });
  const author = ['-c', 'user.name=whetstone', '-c', 'user.email=whetstone@localhost'];
  await git([...author, 'commit', '--quiet', '--allow-empty', '--no-gpg-sign', '-m', 'base'], { cwd: copy });
  const lent = lend ? await lendDependencies(trees.checkout, env.deps, copy) : [];
  if (!lend) await copyDependencies(trees.checkout, env.deps, copy);
  return {
    folder,
    lent,
    async takePatch() {
      // A link would have us read the host.
      if (!(await lstat(copy).catch(() => undefined))?.isDirectory()) return undefined;
      const patch = await trees.diff(base, await trees.capture(base, copy, env.deps));
      return patch.toString('utf8');
    },
  };
}
