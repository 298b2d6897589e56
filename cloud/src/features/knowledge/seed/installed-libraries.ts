import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { catalogue } from '../catalogue/libraries.ts';
import type { Wanted } from '../ingest/start-ingest.ts';
import { packageJsonOf } from '../sources/npm-manifest.ts';

/** Of the catalogue, what is installed beside the server and has its best documentation in its package: taking it needs no network. */
export async function installedLibraries(modulesDirs: readonly string[]): Promise<Wanted[]> {
  const found = await Promise.all(
    catalogue.map(async ({ library, sourceOf }) => {
      for (const modules of modulesDirs) {
        const version = await installedVersion(modules, library);
        const source = version === undefined ? undefined : sourceOf(version);
        if (version !== undefined && source?.kind === 'npm' && (source.package ?? library) === library)
          return [{ library, version, source }];
      }
      return [];
    }),
  );
  return found.flat();
}

async function installedVersion(modules: string, name: string): Promise<string | undefined> {
  const bytes = await readFile(join(modules, name, 'package.json')).catch(() => undefined);
  const manifest = bytes && packageJsonOf(bytes);
  return manifest?.name === name ? manifest.version : undefined;
}
