import tailwind from '@tailwindcss/vite';
import { defineConfig } from 'vite';

/** The dashboard as files that the API serves: one page, assets named after their content. */
export default defineConfig({
  root: import.meta.dirname,
  plugins: [tailwind()],
  build: {
    outDir: '../dist/dashboard',
    emptyOutDir: true,
    target: 'es2023',
    // The content security policy of the page lets no data: address in.
    assetsInlineLimit: 0,
    // Every browser of that target preloads modules by itself.
    modulePreload: { polyfill: false },
  },
  logLevel: 'warn',
});
