import { z } from 'zod';
import type { Database } from '../../platform/db/database.ts';
import { defineJob } from '../../platform/queue/job.ts';
import { deliver, type DeliverDependencies } from './deliver.ts';
import { sendOverdue, type SendAgain } from './send-overdue.ts';

interface Dependencies extends DeliverDependencies {
  database: Pick<Database, 'asProject' | 'asSystem'>;
  sendAgain: SendAgain;
}

/** The message of a delivery, without what is done with it. */
export const deliveryMessage = {
  name: 'webhooks.deliver',
  input: z.object({ deliveryId: z.uuid(), attempt: z.int().positive() }),
  // Of this server's own failures. What receivers do is an outcome, and the next attempt a message of its own.
  retries: { limit: 10, delayS: 2, backoff: 'exponential' as const },
  expireInMs: 30_000,
  concurrency: 8,
};

export const webhookJobs = ({ database, sendAgain, ...dependencies }: Dependencies) => ({
  deliver: defineJob({
    ...deliveryMessage,
    run: (message, { projectId, ...run }) => deliver({ database, ...dependencies }, projectId!, message, run),
  }),

  sendOverdue: defineJob({
    name: 'webhooks.send-overdue',
    input: z.object({}),
    schedule: { cron: '41 */6 * * *', timeZone: 'UTC' },
    retries: { limit: 3, delayS: 60, backoff: 'exponential' },
    expireInMs: 5 * 60_000,
    run: (_, { signal }) => sendOverdue({ database, sendAgain }, signal),
  }),
});
