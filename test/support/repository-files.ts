import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../..');

/** Path of a file of the repository, from its place below the root. */
export const inRepository = (path: string) => join(root, path);

const neverOurs = /(^|\/)(node_modules|dist|\.git|\.cache|\.whetstone)(\/|$)/;

/** Every file that is or could be committed: tracked, or untracked and not ignored. A download has no git and lists all. */
export function repositoryFiles(): string[] {
  const listed = existsSync(inRepository('.git'))
    ? execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
        cwd: root,
        encoding: 'utf8',
      })
        .split('\0')
        .filter((file) => file !== '' && existsSync(inRepository(file)))
    : readdirSync(root, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1));
  return listed.filter((file) => !neverOurs.test(file)).sort();
}
