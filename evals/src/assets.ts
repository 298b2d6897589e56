import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * Path of a file that is not code of ours to bundle (Python, the starter set): it lies under `src` while working on it,
 * and beside the bundle once built.
 */
export function assetPath(path: string): string {
  const here = fileURLToPath(new URL(`./${path}`, import.meta.url));
  if (!existsSync(here)) throw new Error(`evals lacks its file ${path} (looked at ${here})`);
  return here;
}
