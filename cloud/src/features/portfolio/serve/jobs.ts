import { z } from 'zod';
import type { Database } from '../../../platform/db/database.ts';
import { defineJob } from '../../../platform/queue/job.ts';
import type { SettingsChanged } from './settings/service.ts';
import { judgeTrials } from './trial/judge-trial.ts';

interface Dependencies {
  database: Pick<Database, 'asProject' | 'asSystem'>;
  changed: SettingsChanged;
}

export const serveJobs = (dependencies: Dependencies) => [
  /** Whether a trial has a verdict; it holds however often one looks. */
  defineJob({
    name: 'portfolio.judge-trials',
    input: z.object({}),
    schedule: { cron: '*/5 * * * *', timeZone: 'UTC' },
    retries: { limit: 1, delayS: 30, backoff: 'fixed' },
    expireInMs: 5 * 60_000,
    run: (_, { signal }) => judgeTrials(dependencies, signal),
  }),
];
