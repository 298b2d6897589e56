import { z } from 'zod';
import type { Database } from '../../platform/db/database.ts';
import type { Events } from '../../platform/events/events.ts';
import { defineJob } from '../../platform/queue/job.ts';
import { rollUpExposures } from './exposures/roll-up.ts';
import { seedFlags } from './seed.ts';

interface Dependencies {
  database: Pick<Database, 'asProject' | 'asSystem'>;
  events: Pick<Events, 'append'>;
  /** Tells a person at the terminal which flags there are now. */
  onSeeded: (keys: string[]) => void;
  /** Minutes between two roll-ups of exposures: more where the engine of the queue counts messages. */
  rollUpMinutes: number;
}

/** The slice's background work; `app.ts` makes it known to the queue and hands its senders on. */
export const flagJobs = ({ database, events, onSeeded, rollUpMinutes }: Dependencies) => ({
  /** Puts the sample flags into its project; repeated, or in a project that ever had flags, it changes nothing. */
  seedSamples: defineJob({
    name: 'flags.seed-samples',
    input: z.object({}),
    retries: { limit: 5, delayS: 2, backoff: 'exponential' },
    expireInMs: 60_000,
    async run(_, { projectId }) {
      if (projectId === undefined) throw new Error('samples belong to a project');
      const keys = await seedFlags({ database, projectId, events });
      if (keys.length > 0) onSeeded(keys);
    },
  }),

  /** Counts exposures that came in since; usage is current without it, and cheap with it. */
  rollUpExposures: defineJob({
    name: 'flags.roll-up-exposures',
    input: z.object({}),
    schedule: { cron: `*/${rollUpMinutes} * * * *`, timeZone: 'UTC' },
    retries: { limit: 1, delayS: 10, backoff: 'fixed' },
    expireInMs: 5 * 60_000,
    async run(_, { signal }) {
      await rollUpExposures({ database, signal });
    },
  }),
});
