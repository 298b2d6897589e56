import type { Database } from '../../platform/db/database.ts';
import { expireExposures } from './exposures/expire.ts';
import { rollUpExposures } from './exposures/roll-up.ts';

interface Dependencies {
  database: Pick<Database, 'asProject' | 'asSystem'>;
}

export interface FlagJob {
  name: string;
  schedule: { cron: string; timeZone: string };
  run: (signal?: AbortSignal) => Promise<void>;
}

/** What the slice does by itself, as data for whoever keeps the time. Every job may run twice, at once or be cut short. */
export const flagJobs = ({ database }: Dependencies): FlagJob[] => [
  {
    name: 'flags.roll-up-exposures',
    schedule: { cron: '* * * * *', timeZone: 'UTC' },
    run: async (signal) => void (await rollUpExposures({ database, signal })),
  },
  {
    name: 'flags.expire-exposures',
    schedule: { cron: '23 3 * * *', timeZone: 'UTC' },
    run: async (signal) => void (await expireExposures({ database, signal })),
  },
];
