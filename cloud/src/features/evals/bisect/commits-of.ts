import { commitRange, openScratch, openTrees } from '@whetstone/evals';
import { WhetstoneError } from '@whetstone/shared/errors';
import { pathInside } from '../executor/path-inside.ts';
import type { VersionSources } from './candidates.ts';

/** Commits of a repository below the folders that the server was given, read from its objects alone. */
export const commitsOf =
  (reposDirs: readonly string[]): VersionSources['commitsOf'] =>
  async (repo, good, bad) => {
    const source = await pathInside(reposDirs, repo, 'WHETSTONE_REPOS_DIRS');
    const scratch = await openScratch();
    try {
      const { store } = await openTrees(source, scratch.folder).catch((cause: unknown) => {
        throw new WhetstoneError('invalid', `"${repo}" is no git repository that can be read`, { cause });
      });
      return await commitRange(store, good, bad, `"${repo}"`);
    } finally {
      await scratch.remove();
    }
  };
