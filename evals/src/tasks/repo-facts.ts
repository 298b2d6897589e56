import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { WhetstoneError } from '@whetstone/shared/errors';
import { z } from 'zod';
import type { Commit } from './commit-story.ts';
import { git, GitFailure, gitText } from './git.ts';
import type { RepoFacts } from './runner.ts';

export async function readCommit(repo: string, name: string): Promise<Commit> {
  const refuse = (why: string) => new WhetstoneError('not_found', `${repo} has no commit ${name}${why}`);
  if (name.startsWith('-')) throw refuse('');
  const format = '--format=%H%x00%P%x00%an%x00%aI%x00%B';
  const text = await gitText(['log', '-1', '--no-show-signature', '--no-color', format, name, '--'], {
    cwd: repo,
  }).catch((error: unknown) => {
    if (error instanceof GitFailure) throw refuse(` (git: ${error.complaint})`);
    throw error;
  });
  const [hash = '', parents = '', author = '', date = '', message = ''] = text.split('\0');
  return { hash, parents: parents.split(' ').filter(Boolean), author, date, message };
}

const manifestSchema = z.object({
  license: z.string().optional(),
  dependencies: z.record(z.string(), z.unknown()).optional(),
  devDependencies: z.record(z.string(), z.unknown()).optional(),
});

/** What a repository holds at a commit. */
export async function factsAt(repo: string, hash: string): Promise<RepoFacts & { licence: string | undefined }> {
  const listed = await git(['ls-tree', '-r', '-z', '--name-only', '--full-tree', hash], { cwd: repo });
  const files = listed.toString('utf8').split('\0').filter(Boolean);
  const text = files.includes('package.json')
    ? await gitText(['cat-file', 'blob', `${hash}:package.json`], { cwd: repo })
    : '{}';
  const manifest = manifestSchema.safeParse(jsonOf(text)).data;
  const packages = Object.keys({ ...manifest?.dependencies, ...manifest?.devDependencies });
  return { files, packages, licence: manifest?.license };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The node_modules of every package of the commit that the checkout has installed. */
export function installedModules(checkout: string | undefined, files: readonly string[]): string[] {
  if (checkout === undefined) return [];
  return files
    .filter((file) => /(^|\/)package\.json$/.test(file))
    .map((file) => file.replace(/package\.json$/, 'node_modules'))
    .filter((folder) => existsSync(join(checkout, folder)))
    .toSorted();
}
