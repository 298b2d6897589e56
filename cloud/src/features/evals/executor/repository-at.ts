import { openScratch, openTrees, type Sandbox } from '@whetstone/evals';
import { WhetstoneError } from '@whetstone/shared/errors';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { pathInside } from './path-inside.ts';

/** Where a command finds the files of its repository, read-only; also in WHETSTONE_REPO. */
const repositoryFolder = '/repo';

export interface RepositoryFiles {
  folder: string;
  remove: () => Promise<void>;
}

/**
 * The files of a repository at a commit, in a folder of their own. They are read from its objects alone: neither its hooks
 * nor its configuration have a say.
 */
export async function repositoryAt(
  reposDirs: readonly string[],
  { repo, commit }: { repo: string; commit: string },
): Promise<RepositoryFiles> {
  const source = await pathInside(reposDirs, repo, 'WHETSTONE_REPOS_DIRS');
  const scratch = await openScratch();
  try {
    const trees = await openTrees(source, join(scratch.folder, 'trees')).catch((cause: unknown) => {
      throw new WhetstoneError('invalid', `"${repo}" is no git repository that can be read`, { cause });
    });
    const tree = await trees.treeOf(commit).catch(() => {
      throw new WhetstoneError('not_found', `"${repo}" has no commit ${commit} (a shallow clone may lack it)`);
    });
    const folder = join(scratch.folder, 'files');
    await trees.checkOut(tree, folder);
    // Root runs commands as somebody else, and the server's files are for itself alone (its umask).
    if (process.getuid?.() === 0) await promisify(execFile)('chmod', ['-R', 'a+rX', folder]);
    return { folder, remove: scratch.remove };
  } catch (error) {
    await scratch.remove();
    throw error;
  }
}

/** The sandbox, with those files lent to every command. */
export function withRepository(sandbox: Pick<Sandbox, 'tier' | 'exec'>, { folder }: RepositoryFiles) {
  const { tier, exec } = sandbox;
  if (!exec) return { tier };
  const lending: NonNullable<Sandbox['exec']> = (job, signal) =>
    exec(
      {
        ...job,
        env: { ...job.env, WHETSTONE_REPO: repositoryFolder },
        readable: [...(job.readable ?? []), { host: folder, inside: repositoryFolder }],
      },
      signal,
    );
  return { tier, exec: lending };
}
