import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { WhetstoneError } from '@whetstone/shared/errors';
import { codeOf } from '../../run/disk-problem.ts';
import { git, GitFailure, gitText } from '../../tasks/git.ts';
import { objectsOf } from '../../tasks/trees.ts';

/** Working copies of a repository's commits, several at a time, none of which the repository knows of. */
export interface Checkouts {
  /** Lends a copy of the commit while `work` lasts; a copy that was used before is cleaned first. */
  use<T>(commit: string, work: (folder: string) => Promise<T>): Promise<T>;
}

/**
 * Copies are repositories of their own below `scratch` that borrow the objects: neither files nor index nor references of
 * the person's checkout are touched, and no hook of theirs runs. `keepsIgnored` leaves what git ignores (dependencies, build
 * products) in a copy from one commit to the next.
 */
export async function openCheckouts(
  source: string,
  scratch: string,
  { keepsIgnored }: { keepsIgnored: boolean },
): Promise<Checkouts> {
  const { objects } = await objectsOf(source, scratch);
  const format = await gitText(['rev-parse', '--show-object-format'], { cwd: objects });
  const free: string[] = [];
  let copies = 0;

  async function makeCopy(): Promise<string> {
    const folder = join(scratch, `copy-${(copies += 1)}`);
    await mkdir(folder);
    await git(['init', '--quiet', `--object-format=${format}`, '--initial-branch=bisect', folder], { cwd: scratch });
    await git(['config', 'core.hooksPath', '/dev/null'], { cwd: folder });
    await writeFile(join(folder, '.git/objects/info/alternates'), `${objects}\n`);
    // Where a shallow clone ends, so must what borrows from it.
    await copyFile(join(dirname(objects), 'shallow'), join(folder, '.git/shallow')).catch((error: unknown) => {
      if (codeOf(error) !== 'ENOENT') throw error;
    });
    return folder;
  }

  return {
    async use(commit, work) {
      const folder = free.pop() ?? (await makeCopy());
      try {
        await git(['checkout', '--quiet', '--force', '--detach', commit], { cwd: folder });
        await git(['clean', '--quiet', '-ffd', ...(keepsIgnored ? [] : ['-x'])], { cwd: folder });
      } catch (error) {
        if (error instanceof GitFailure)
          throw new WhetstoneError('unavailable', `commit ${commit} cannot be checked out: ${error.complaint}`, {
            cause: error,
          });
        throw error;
      }
      try {
        return await work(folder);
      } finally {
        free.push(folder);
      }
    },
  };
}
