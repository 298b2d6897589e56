import type { Executor } from './manifest.ts';

/** For runs in which nothing runs: verdicts come from elsewhere, and the manifest says so. */
export const noExecutor = (versions: Readonly<Record<string, string>>, why: string): Executor => ({
  tier: 'published',
  versions,
  enforces: {
    network: false,
    hostFiles: false,
    memory: false,
    cpu: false,
    processes: false,
    openFiles: false,
    cannot: [why],
  },
});
