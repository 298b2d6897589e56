import type { CarryingFlag } from '@whetstone/shared/contract';
import { z } from 'zod';
import type { Database, ProjectTx } from '../../../platform/db/database.ts';
import { defineJob } from '../../../platform/queue/job.ts';
import type { Queue } from '../../../platform/queue/queue.ts';
import type { PrepareRun } from '../runs/start-run.ts';
import { arrival, onceKeyOf, type OccurrenceMessage } from './occurrence.ts';
import { scheduleRepository } from './repository.ts';
import type { AwaitOccurrence } from './service.ts';
import { occurrenceStarter } from './start-occurrence.ts';

export interface ScheduleDoors {
  database: Pick<Database, 'asProject' | 'asSystem'>;
  queue: Pick<Queue, 'send'>;
  clock: () => number;
  prepare: PrepareRun;
  whyNotCarried: (tx: ProjectTx, flag: CarryingFlag) => Promise<string | undefined>;
}

const Message = z.object({
  scheduleId: z.uuid(),
  generation: z.int(),
  at: z.iso.datetime(),
  hop: z.int(),
}) satisfies z.ZodType<OccurrenceMessage>;

const retries = { limit: 5, delayS: 20, backoff: 'exponential' } as const;

/** How long after its time an occurrence may still be on its way. */
const patienceMs = 60 * 60_000;

/** A chain of messages for each schedule, one for each occurrence. */
export function scheduleJobs({ database, queue, clock, prepare, whyNotCarried }: ScheduleDoors) {
  const awaitOccurrence: AwaitOccurrence = async (tx, message) => {
    const { projectId } = tx;
    const startAfter = arrival(new Date(message.at), clock());
    await queue.send(occurrence, message, { tx, projectId, startAfter, onceKey: onceKeyOf(message) });
  };
  const start = occurrenceStarter({ database, clock, prepare, await: awaitOccurrence, whyNotCarried });

  const occurrence = defineJob({
    name: 'evals.schedule',
    input: Message,
    retries,
    expireInMs: 5 * 60_000,
    concurrency: 2,
    async run(message, { projectId, attempt }) {
      if (projectId === undefined) throw new Error('schedules belong to a project');
      await start(message, { projectId, isLast: attempt > retries.limit });
    },
  });

  /** A message whose runs all ended with their server, or that somebody deleted, took the rest of its chain with it. */
  const mend = defineJob({
    name: 'evals.mend-schedules',
    input: z.object({}),
    schedule: { cron: '47 2 * * *', timeZone: 'UTC' },
    retries: { limit: 3, delayS: 60, backoff: 'exponential' },
    expireInMs: 5 * 60_000,
    async run() {
      const now = new Date(clock());
      const overdue = await database.asSystem((tx) =>
        scheduleRepository.overdue(tx, new Date(now.getTime() - patienceMs)),
      );
      for (const { id, projectId, generation, nextAt } of overdue) {
        const message = { scheduleId: id, generation, at: nextAt.toISOString(), hop: 0 };
        // Beside the one that should have come: whichever arrives first does the work.
        const onceKey = `${onceKeyOf(message)} mended ${now.toISOString().slice(0, 10)}`;
        await queue.send(occurrence, message, { projectId, onceKey });
      }
    },
  });

  return { occurrence, mend, awaitOccurrence };
}
