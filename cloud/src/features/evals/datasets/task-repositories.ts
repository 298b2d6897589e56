import { openScratch, openTrees, type Task } from '@whetstone/evals';
import { WhetstoneError, type FieldError } from '@whetstone/shared/errors';
import { existsSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { pathInside } from '../executor/path-inside.ts';

interface Options {
  reposDirs: readonly string[];
  lookForCommits: boolean;
}

/**
 * A task that came over HTTP may name a bundle that came with it, or a repository below the folders that the server names
 * for that. Throws `forbidden` for any other; gives what is wrong with those it may name.
 */
export async function checkRepositories(tasks: ReadonlyMap<string, Task>, options: Options): Promise<FieldError[]> {
  const complaints: FieldError[] = [];
  const byRepository = new Map<string, [string, Task][]>();
  for (const [name, task] of tasks) {
    const { git } = task.file.repo;
    const at = `tasks.${name}.task.toml`;
    if (git === '.') {
      complaints.push({
        path: at,
        message:
          'repo.git: "." is the repository that holds the task, and over HTTP there is none: send a bundle beside it ' +
          '(git bundle create repo.bundle HEAD, in base64), or name a repository of the server; then validate again',
      });
      continue;
    }
    const source = await sourceOf(task, at, options.reposDirs, complaints);
    if (source === undefined) continue;
    byRepository.set(source, [...(byRepository.get(source) ?? []), [name, task]]);
  }
  if (!options.lookForCommits) return complaints;
  for (const [source, named] of byRepository) complaints.push(...(await withoutCommit(source, named)));
  return complaints;
}

async function sourceOf(task: Task, at: string, reposDirs: readonly string[], complaints: FieldError[]) {
  const { git } = task.file.repo;
  if (/^[A-Za-z0-9][A-Za-z0-9_-]*\.bundle$/.test(git)) {
    if (existsSync(join(task.folder, git))) return join(task.folder, git);
    complaints.push({ path: at, message: `repo.git: the bundle ${git} is not among the task's files` });
    return undefined;
  }
  if (!isAbsolute(git))
    throw new WhetstoneError(
      'forbidden',
      `${at}: repo.git: "${git}" leads out of the task: name a bundle beside it, or a repository by its whole path below WHETSTONE_REPOS_DIRS of this server`,
    );
  return pathInside(reposDirs, git, 'WHETSTONE_REPOS_DIRS').catch((error: unknown) => {
    if (!(error instanceof WhetstoneError)) throw error;
    if (error.code === 'forbidden') throw new WhetstoneError('forbidden', `${at}: repo.git: ${error.message}`);
    complaints.push({ path: at, message: `repo.git: ${error.message}` });
    return undefined;
  });
}

async function withoutCommit(source: string, named: readonly [string, Task][]): Promise<FieldError[]> {
  const scratch = await openScratch();
  try {
    const trees = await openTrees(source, scratch.folder);
    const complaints: FieldError[] = [];
    for (const [name, { file }] of named) {
      const { git, base_commit: commit } = file.repo;
      const hasIt = await trees.treeOf(commit).then(
        () => true,
        () => false,
      );
      if (!hasIt)
        complaints.push({
          path: `tasks.${name}.task.toml`,
          message: `repo.base_commit: ${git} has no commit ${commit}`,
        });
    }
    return complaints;
  } catch (error) {
    if (!(error instanceof WhetstoneError)) throw error;
    return named.map(([name, { file }]) => ({
      path: `tasks.${name}.task.toml`,
      message: `repo.git: ${file.repo.git} is no repository or bundle that git can read`,
    }));
  } finally {
    await scratch.remove();
  }
}
