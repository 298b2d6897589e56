import { z } from 'zod';
import type { DocSource } from '@whetstone/shared/contract';
import { dayMs } from '../../../platform/day.ts';
import type { Database } from '../../../platform/db/database.ts';
import { defineJob } from '../../../platform/queue/job.ts';
import { ingestRepository } from './repository.ts';
import type { StartIngest } from './start-ingest.ts';

interface Dependencies {
  database: Pick<Database, 'asProject' | 'asSystem'>;
  start: Pick<StartIngest, 'again'>;
  /** Uniform on [0, 1). */
  random: () => number;
  /** The best source for a version that the catalogue knows now. */
  sourceOf: (library: string, version: string) => DocSource | undefined;
}

const weekMs = 7 * dayMs;
const atOnce = 200;

/** A week on, and up to half a day more, so that what was made together does not come together for ever. */
export const nextLook = (now: Date, random: () => number) => new Date(now.getTime() + weekMs + random() * (dayMs / 2));

/** Looks again at what was taken a week ago: sources of projects, and what of the public corpus is in use. */
export const refreshJob = ({ database, start, random, sourceOf }: Dependencies) =>
  defineJob({
    name: 'knowledge.refresh',
    input: z.object({}),
    schedule: { cron: '23 * * * *', timeZone: 'UTC' },
    retries: { limit: 3, delayS: 60, backoff: 'exponential' },
    expireInMs: 5 * 60_000,
    async run(_, { signal }) {
      // Spread over the hour, so that no site hears from all of them in a minute.
      const soon = (now: Date) => new Date(now.getTime() + random() * 50 * 60_000);

      const sources = await database.asSystem((tx) => ingestRepository.dueSources(tx, atOnce));
      for (const { id, projectId } of sources) {
        signal.throwIfAborted();
        await database.asProject(projectId, async (tx) => {
          const due = await ingestRepository.takeDueSource(tx, id, nextLook(tx.now, random));
          if (!due) return;
          const { library, source, version } = due;
          await start.again(
            tx,
            projectId,
            { library, source, version: version ?? 'latest', sourceId: id },
            soon(tx.now),
          );
        });
      }

      await database.asSystem(async (tx) => {
        const ago = (ms: number) => new Date(tx.now.getTime() - ms);
        const due = await ingestRepository.duePublic(tx, {
          checkedBefore: ago(weekMs),
          usedSince: ago(30 * dayMs),
          triedBefore: ago(dayMs),
          limit: atOnce,
        });
        for (const { library, version, source } of due)
          await start.again(tx, null, { library, version, source: sourceOf(library, version) ?? source }, soon(tx.now));
      });
    },
  });
