import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** The repository that is measured. */
export const checkout = join(import.meta.dirname, '..', '..');

export const serverFile = join(checkout, 'cloud', 'dist', 'server.js');

/** Builds what the sources say when that has not been done, as `npm start` does. */
export async function buildProduct(): Promise<void> {
  const { setUp } = (await import(pathToFileURL(join(checkout, 'scripts', 'setup.mjs')).href)) as {
    setUp: (options: { build: boolean }) => Promise<void>;
  };
  await setUp({ build: true });
}
