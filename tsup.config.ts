import * as esbuild from 'esbuild';
import { cpSync, readdirSync, statSync } from 'node:fs';
import { defineConfig, type Options } from 'tsup';
import { lazyCode } from './scripts/mcp-bundle/lazy-code.ts';
import { askedByFew, filesBeside, minified, oneLanguage, programText } from './scripts/mcp-bundle/program.ts';

const bundle: Options = {
  format: 'esm',
  target: 'node20',
  platform: 'node',
  splitting: false,
  // tsup's declarations step crashes beside TypeScript 7.
  dts: false,
  // Else `node:sqlite` and the like, which have no other name, would lose theirs.
  removeNodeProtocol: false,
  silent: true,
};

/** Found beside their packages as they run: WebAssembly, pages, compilers; and what is loaded when it is first wanted. */
const leftOutside = [
  '@ast-grep/lang-python',
  '@ast-grep/napi',
  '@electric-sql/pglite',
  '@electric-sql/pglite-pgvector',
  '@pinecone-database/pinecone',
  'e2b',
  'esbuild',
  'pg-native',
  'pyodide',
  'quickjs-emscripten',
  'typescript',
];

/** For programs that are installed with their packages: a start reads one file instead of 1,500. */
const mostlyWhole: Options = {
  ...bundle,
  noExternal: [new RegExp(`^(?!(${leftOutside.join('|')})(/|$))`)],
  external: leftOutside,
  // Packages in CommonJS ask for Node's own modules so.
  banner: {
    js: `import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);`,
  },
};

// What the harness reads as files: Python, programs for child processes, the starter set.
const isAsset = (path: string) => !path.endsWith('.ts') || path.includes('/starter/');

/** Beside each bundle that has the harness in it. */
function copyAssets(folder: string) {
  for (const file of readdirSync('evals/src', { recursive: true, encoding: 'utf8' }))
    if (isAsset(`/${file}`) && statSync(`evals/src/${file}`).isFile()) cpSync(`evals/src/${file}`, `${folder}/${file}`);
}

export default defineConfig([
  {
    ...bundle,
    // What people get through npx: one file with everything in it, started without an install.
    entry: { 'whetstone-mcp': 'mcp-server/src/launch.ts' },
    outDir: 'mcp-server/dist',
    noExternal: [/.*/],
    esbuildPlugins: [programText],
    plugins: [
      {
        name: 'lazy-code',
        async renderChunk(code) {
          return { code: `#!/usr/bin/env node\n${await minified(lazyCode(code), esbuild)}` };
        },
      },
    ],
  },
  {
    ...bundle,
    entry: Object.fromEntries(
      filesBeside.map(({ folder, file }) => [file.replace('.cjs', ''), `mcp-server/src/${folder}/index.ts`]),
    ),
    // `require` loads it from the program, which cannot import().
    format: 'cjs',
    outExtension: () => ({ js: '.cjs' }),
    outDir: 'mcp-server/dist',
    noExternal: [/.*/],
    minify: true,
    esbuildPlugins: [oneLanguage],
  },
  {
    ...bundle,
    entry: ['mcp-server/src/cloud-client.ts'],
    outDir: 'mcp-server/dist',
    noExternal: [/.*/],
    minify: true,
    esbuildPlugins: [askedByFew],
  },
  {
    ...mostlyWhole,
    entry: ['cloud/src/server.ts'],
    outDir: 'cloud/dist',
    sourcemap: true,
    onSuccess: async () => copyAssets('cloud/dist'),
  },
  {
    ...mostlyWhole,
    entry: ['evals/src/whetstone-evals.ts'],
    outDir: 'evals/dist',
    onSuccess: async () => copyAssets('evals/dist'),
  },
]);
