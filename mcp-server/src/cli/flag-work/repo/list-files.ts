import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ScanLimits } from './limits.ts';

export interface Listing {
  /** Relative to the root, sorted. */
  files: string[];
  by: 'git' | 'walk';
  /** Whether there are more than were listed. */
  isCut: boolean;
}

/** Without git, what no repository keeps or what is not its own code. */
const passedOver = new Set([
  'node_modules',
  'dist',
  'build',
  'out',
  'target',
  'vendor',
  'venv',
  '__pycache__',
  'coverage',
]);

/** The files that belong to a folder: what git knows or would add, and without git what lies there. */
export async function listFiles(
  root: string,
  { files: most, timeMs }: Pick<ScanLimits, 'files' | 'timeMs'>,
): Promise<Listing> {
  const known = await gitFiles(root, timeMs);
  if (!known) return walk(root, most);
  const files = [...new Set(known)].sort();
  return { files: files.slice(0, most), by: 'git', isCut: files.length > most };
}

/** `undefined` where there is no git, or no repository. The repository's own settings must not start programs. */
function gitFiles(root: string, timeMs: number): Promise<string[] | undefined> {
  const settings = ['--no-optional-locks', '-c', 'core.fsmonitor=false'];
  const words = [...settings, '-C', root, 'ls-files', '-z', '--cached', '--others', '--exclude-standard'];
  return new Promise((resolve) => {
    execFile('git', words, { timeout: timeMs, maxBuffer: 64 * 1024 * 1024 }, (error, stdout) =>
      resolve(error ? undefined : stdout.split('\0').filter(Boolean)),
    );
  });
}

/** Breadth first and in the order of names, so that a cut leaves out what lies deepest. Follows no link. */
async function walk(root: string, most: number): Promise<Listing> {
  const files: string[] = [];
  const folders = [''];
  for (const folder of folders) {
    const entries = await readdir(join(root, folder), { withFileTypes: true }).catch(() => []);
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.isFile()) {
        if (files.length === most) return { files, by: 'walk', isCut: true };
        files.push(path);
      } else if (entry.isDirectory() && !entry.name.startsWith('.') && !passedOver.has(entry.name)) folders.push(path);
    }
  }
  return { files, by: 'walk', isCut: false };
}
