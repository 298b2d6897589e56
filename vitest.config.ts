import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // A forgotten `it.only` would make the rest of its file vanish from the count.
    allowOnly: false,
    globalSetup: 'test/support/scratch-global.ts',
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          // Loading what they share for each file anew took half of their time.
          isolate: false,
          // Simulations and property tests take seconds of CPU, and a busy machine gives them a fraction of one.
          testTimeout: 30_000,
          include: [
            '{shared/test,mcp-server/test/unit,evals/test/unit,cloud/test/unit,cloud/dashboard/test,test/repository}/**/*.test.ts',
          ],
        },
      },
      {
        extends: true,
        test: {
          name: 'cloud',
          include: ['cloud/test/integration/**/*.test.ts'],
          // A test ends before code that V8 compiles a second time, better, has paid for itself; PGlite is 9 MB of it.
          execArgv: ['--liftoff-only'],
          isolate: false,
          globalSetup: ['test/support/scratch-global.ts', 'test/support/postgres-global.ts'],
          // PGlite takes 3 s to start on an idle core and 12 s on a busy one.
          hookTimeout: 60_000,
          testTimeout: 30_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'evals',
          include: ['evals/test/integration/**/*.test.ts'],
          // These time out candidates by the wall clock; side by side they would time out each other's.
          fileParallelism: false,
          hookTimeout: 120_000,
          testTimeout: 120_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          globalSetup: ['test/support/scratch-global.ts', 'test/browser/support/global.ts'],
          // One server and one Chromium, and modules that are loaded once.
          fileParallelism: false,
          isolate: false,
          hookTimeout: 120_000,
          testTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          // These start whole servers from the built bundles; side by side they would only time each other out.
          fileParallelism: false,
          hookTimeout: 120_000,
          testTimeout: 60_000,
        },
      },
    ],
  },
});
