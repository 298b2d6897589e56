import { z } from 'zod';
import type { Database } from '../../../../platform/db/database.ts';
import type { Events } from '../../../../platform/events/events.ts';
import { defineJob } from '../../../../platform/queue/job.ts';
import type { Queue } from '../../../../platform/queue/queue.ts';
import { measureMethod } from './measure-method.ts';
import { methodRepository } from './repository.ts';

interface Dependencies {
  database: Pick<Database, 'asProject' | 'asSystem'>;
  events: Pick<Events, 'append'>;
  queue: Pick<Queue, 'send'>;
  clock: () => number;
}

/** A night measures so many projects; those that waited longest come first. */
const mostProjects = 1_000;

/** Whether looking at what a task is like helps a project's recommendations, asked again each night that it has new outcomes. */
export function methodJobs({ database, events, queue, clock }: Dependencies) {
  // One project at a time: it is work for the processor.
  const measure = defineJob({
    name: 'portfolio.measure-method',
    input: z.object({}),
    retries: { limit: 1, delayS: 600, backoff: 'fixed' },
    expireInMs: 5 * 60_000,
    concurrency: 1,
    async run(_, { projectId }) {
      if (projectId === undefined) throw new Error('a method belongs to a project');
      await measureMethod(projectId, { database, events });
    },
  });

  const nightly = defineJob({
    name: 'portfolio-method',
    input: z.object({}),
    schedule: { cron: '37 2 * * *', timeZone: 'UTC' },
    retries: { limit: 3, delayS: 60, backoff: 'exponential' },
    expireInMs: 5 * 60_000,
    async run(_, { signal }) {
      const day = new Date(clock()).toISOString().slice(0, 10);
      const due = await database.asSystem((tx) => methodRepository.due(tx, mostProjects));
      for (const projectId of due) {
        signal.throwIfAborted();
        await queue.send(measure, {}, { projectId, onceKey: day });
      }
    },
  });

  return [nightly, measure] as const;
}
