import { build } from 'esbuild';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

/** Bytes of what a client has to load for some exports of `@whetstone/shared/flags`, as a browser's bundler would make it. */
export async function sizeOf(names: string) {
  const { outputFiles, metafile } = await build({
    stdin: {
      contents: `export { ${names} } from '@whetstone/shared/flags'`,
      resolveDir: join(import.meta.dirname, '..'),
    },
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'node20',
    write: false,
    metafile: true,
  });
  const [output] = Object.values(metafile.outputs);
  const parts = Object.entries(output?.inputs ?? {})
    .map(([file, { bytesInOutput }]) => [file.split('/').at(-1), bytesInOutput] as const)
    .toSorted((a, b) => b[1] - a[1])
    .slice(0, 8)
    .map(([file, bytes]) => `${file} ${bytes}`)
    .join(', ');
  const [{ contents } = { contents: new Uint8Array() }] = outputFiles;
  return { minified: contents.length, gzipped: gzipSync(contents).length, parts };
}
