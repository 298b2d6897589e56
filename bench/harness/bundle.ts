import { build } from 'esbuild';
import { basename, join } from 'node:path';

const folder = join(import.meta.dirname, '..');

/**
 * Bundles a file of the bench as the product is bundled, and resolves with the result. What tsx runs is not what
 * ships: it wraps every function that gets a name, which shows in code as small as an evaluator's.
 */
export async function bundle(file: string): Promise<string> {
  const name = basename(file, '.ts');
  const outdir = join(folder, '.cache', name);
  await build({
    entryPoints: [join(folder, file)],
    outdir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    // Else what is imported on demand would be imported at once.
    splitting: true,
    format: 'esm',
    target: 'node20',
    platform: 'node',
    logLevel: 'error',
    // Peers are run as they were installed.
    plugins: [
      {
        name: 'peers',
        setup: ({ onResolve }) =>
          onResolve({ filter: /^[^./]/ }, ({ path }) =>
            path.startsWith('@whetstone/') ? undefined : { external: true },
          ),
      },
    ],
  });
  return join(outdir, `${name}.mjs`);
}
