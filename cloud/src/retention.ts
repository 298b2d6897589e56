import { z } from 'zod';
import { defineJob, type JobRun } from './platform/queue/job.ts';

/** A kind of rows that are not kept for ever. A slice that has some passes one of these in at the composition root. */
export interface Retention {
  /** As the log names it. */
  what: string;
  /** Removes what is past its time, in small transactions; resolves with how much that was. */
  purge(nowMs: number, run: Pick<JobRun, 'signal'>): Promise<number>;
}

interface Dependencies {
  clock: () => number;
  retentions: readonly Retention[];
}

/** Once a day, everything that has had its time goes. What cannot be purged keeps nothing else from it. */
export const retentionJob = ({ clock, retentions }: Dependencies) =>
  defineJob({
    name: 'system.retention',
    input: z.object({}),
    schedule: { cron: '17 3 * * *', timeZone: 'UTC' },
    retries: { limit: 3, delayS: 60, backoff: 'exponential' },
    expireInMs: 14 * 60_000,
    async run(_, { signal, log }) {
      const failures: unknown[] = [];
      for (const { what, purge } of retentions) {
        signal.throwIfAborted();
        try {
          const removed = await purge(clock(), { signal });
          if (removed > 0) log.info({ what, removed }, 'removed what has had its time');
        } catch (error) {
          failures.push(error);
        }
      }
      if (failures.length > 0) throw new AggregateError(failures, 'cannot remove all that has had its time');
    },
  });
