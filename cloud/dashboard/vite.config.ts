import tailwind from '@tailwindcss/vite';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { defineConfig, type Plugin } from 'vite';

/** Beside each file its compressed forms, so that the server compresses nothing while somebody waits. */
const compressed: Plugin = {
  name: 'compressed',
  writeBundle({ dir = '' }) {
    const assets = join(dir, 'assets');
    for (const name of readdirSync(assets)) {
      const file = join(assets, name);
      const content = readFileSync(file);
      writeFileSync(`${file}.br`, brotliCompressSync(content));
      writeFileSync(`${file}.gz`, gzipSync(content, { level: 9 }));
    }
  },
};

/** The dashboard as files that the API serves: one page, assets named after their content. */
export default defineConfig({
  root: import.meta.dirname,
  plugins: [tailwind(), compressed],
  build: {
    outDir: '../dist/dashboard',
    emptyOutDir: true,
    target: 'es2023',
    // The content security policy of the page lets no data: address in.
    assetsInlineLimit: 0,
    // Every browser of that target preloads modules by itself.
    modulePreload: { polyfill: false },
    rolldownOptions: {
      output: {
        // One chunk, so that zod is told not to compile code before any other chunk makes a schema of it.
        codeSplitting: { groups: [{ name: 'zod', test: /[\\/](?:zod[\\/]|no-eval\.ts$)/ }] },
      },
    },
  },
  logLevel: 'warn',
});
