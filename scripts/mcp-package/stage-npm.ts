import { copyFile, cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, posix } from 'node:path';
import { thirdPartyNotices } from './notices.ts';

/**
 * Lays out what npm publishes. The workspace's own manifest names packages by `workspace:` and `catalog:`, which nobody
 * outside can resolve; they are bundled, so the published one needs none.
 */
export async function stageNpm(packageDir: string, stage: string) {
  await mkdir(join(stage, 'dist'), { recursive: true });
  await copyPrograms(join(packageDir, 'dist'), join(stage, 'dist'));
  for (const file of await reachableTypes(join(packageDir, 'dist', 'types'), 'cloud-client.d.ts')) {
    await mkdir(dirname(join(stage, 'dist', 'types', file)), { recursive: true });
    await copyFile(join(packageDir, 'dist', 'types', file), join(stage, 'dist', 'types', file));
  }
  for (const file of ['README.md', 'LICENSE']) await copyFile(join(packageDir, file), join(stage, file));
  await writeFile(join(stage, 'THIRD-PARTY-NOTICES'), thirdPartyNotices(packageDir));
  const manifest = publishedManifest(JSON.parse(await readFile(join(packageDir, 'package.json'), 'utf8')) as Manifest);
  await writeFile(join(stage, 'package.json'), `${JSON.stringify(manifest, undefined, 2)}\n`);
  return manifest;
}

export interface Manifest {
  name: string;
  version: string;
  mcpName: string;
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  [other: string]: unknown;
}

function publishedManifest({ devDependencies: _, ...manifest }: Manifest): Manifest {
  const named = Object.keys(manifest.dependencies ?? {});
  if (named.length > 0) throw new Error(`the bundle is to need no package, but the manifest names ${named.join(', ')}`);
  return { ...manifest, files: ['dist', 'THIRD-PARTY-NOTICES'] };
}

/** Everything that was built but the declarations. */
export const copyPrograms = (dist: string, to: string, wanted: (file: string) => boolean = () => true) =>
  cp(dist, to, {
    recursive: true,
    filter: (source) => {
      const file = source.slice(dist.length + 1);
      return file === '' || (!/^types(\/|\\|$)/.test(file) && wanted(file));
    },
  });

/** The compiler writes declarations of every source it read; only what the public ones import belongs to the package. */
async function reachableTypes(types: string, entry: string): Promise<string[]> {
  const found = new Set<string>();
  const follow = async (file: string): Promise<void> => {
    if (found.has(file)) return;
    found.add(file);
    const text = await readFile(join(types, file), 'utf8');
    for (const [, to = ''] of text.matchAll(/\bfrom '(\.[^']+)\.(?:js|ts)'/g)) {
      await follow(posix.join(posix.dirname(file), `${to}.d.ts`));
    }
  };
  await follow(entry);
  return [...found].sort();
}
