import { WhetstoneError } from '@whetstone/shared/errors';
import { GitFailure, gitText } from '../../tasks/git.ts';

export interface Commit {
  hash: string;
  title: string;
}

/**
 * The commits from the good one to the bad one, both with them, along first parents: a merge stands for all that it brought
 * in, so that each of them can be told from the one before it. `shown` names the repository to people.
 */
export async function commitRange(repo: string, good: string, bad: string, shown = repo): Promise<Commit[]> {
  const [first, last] = [await commitOf(repo, good, shown), await commitOf(repo, bad, shown)];
  if (first === last)
    throw new WhetstoneError('invalid', `${good} and ${bad} are one commit: a bisect needs a good and a bad one`);
  const isAncestor = await gitText(['merge-base', '--is-ancestor', first, last], { cwd: repo }).then(
    () => true,
    (error: unknown) => {
      if (error instanceof GitFailure) return false;
      throw error;
    },
  );
  if (!isAncestor)
    throw new WhetstoneError(
      'invalid',
      `${good} is no ancestor of ${bad}: name a good commit that the bad one grew from (git merge-base finds one; a shallow clone may lack it)`,
    );
  const lines = await gitText(['log', '--first-parent', '--reverse', '--format=%H%x09%s', `${first}..${last}`], {
    cwd: repo,
  });
  const title = await gitText(['log', '-1', '--format=%s', first], { cwd: repo });
  return [{ hash: first, title }, ...lines.split('\n').map(commitFrom)];
}

/** How many files each changed against the one before it: the more, the likelier it is to have broken something. */
export async function changedFiles(repo: string, commits: readonly Commit[]): Promise<number[]> {
  const counts = [1];
  for (let index = 1; index < commits.length; index++) {
    const [from, to] = [commits[index - 1]!.hash, commits[index]!.hash];
    const names = await gitText(['diff-tree', '-r', '--name-only', '--no-renames', from, to], { cwd: repo });
    // What changed nothing is hardly to blame, and yet may be: a count of 0 would rule it out.
    counts.push(Math.max(0.5, names === '' ? 0 : names.split('\n').length));
  }
  return counts;
}

async function commitOf(repo: string, name: string, shown: string): Promise<string> {
  try {
    return await gitText(['rev-parse', '--verify', '--quiet', '--end-of-options', `${name}^{commit}`], { cwd: repo });
  } catch (error) {
    if (!(error instanceof GitFailure)) throw error;
    await gitText(['rev-parse', '--git-dir'], { cwd: repo }).catch(() => {
      throw new WhetstoneError('invalid', `${shown} is no git repository`);
    });
    throw new WhetstoneError('not_found', `${shown} has no commit ${name} (a shallow clone may lack it)`);
  }
}

function commitFrom(line: string): Commit {
  const tab = line.indexOf('\t');
  return { hash: line.slice(0, tab), title: line.slice(tab + 1) };
}
