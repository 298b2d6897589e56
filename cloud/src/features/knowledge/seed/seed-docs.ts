import { z } from 'zod';
import type { Database } from '../../../platform/db/database.ts';
import { defineJob } from '../../../platform/queue/job.ts';
import type { Queue } from '../../../platform/queue/queue.ts';
import type { StartIngest, Wanted } from '../ingest/start-ingest.ts';
import { installedLibraries } from './installed-libraries.ts';
import { seedRepository, type Standing } from './repository.ts';

interface Dependencies {
  database: Pick<Database, 'asSystem'>;
  queue: Pick<Queue, 'send'>;
  start: Pick<StartIngest, 'again'>;
  /** Folders called `node_modules` of this server. */
  modulesDirs: readonly string[];
  /** Tells a person at the terminal what there is now, and what could not be had. */
  onSeeded: (docs: { taken: readonly Standing[]; failed: readonly Standing[] }) => void;
}

/**
 * Documentation that lies on disk after the install becomes part of the public corpus: an ordinary ingest for each library, so
 * that a server which is killed goes on where it was. A version that is there already costs a look.
 */
export function seedDocs({ database, queue, start, modulesDirs, onSeeded }: Dependencies) {
  let awaited: readonly Wanted[] = [];

  const job = defineJob({
    name: 'knowledge.seed-docs',
    input: z.object({}),
    retries: { limit: 5, delayS: 2, backoff: 'exponential' },
    expireInMs: 60_000,
    async run() {
      const installed = await installedLibraries(modulesDirs);
      // All at once: the first of them may end before the next has begun, and would be taken for the last.
      await database.asSystem(async (tx) => {
        const there = await seedRepository.standings(tx, installed);
        for (const [at, wanted] of installed.entries())
          if (!there[at]!.isReady && !there[at]!.isOpen) await start.again(tx, null, wanted, tx.now);
      });
    },
  });

  return {
    job,
    /** Begins, or goes on, with what is left; sends nothing where nothing is. The job is seen in the project. */
    async start(projectId: string): Promise<void> {
      const wanted = await installedLibraries(modulesDirs);
      const there = await database.asSystem((tx) => seedRepository.standings(tx, wanted));
      awaited = wanted.filter((_, at) => !there[at]!.isReady);
      if (awaited.length > 0) await queue.send(job, {}, { projectId });
    },
    /** To be told of each ingest that ended. */
    async onIngested(): Promise<void> {
      if (awaited.length === 0) return;
      const there = await database.asSystem((tx) => seedRepository.standings(tx, awaited));
      if (awaited.length === 0 || there.some(({ isOpen }) => isOpen)) return;
      awaited = [];
      onSeeded({ taken: there.filter(({ isReady }) => isReady), failed: there.filter(({ isReady }) => !isReady) });
    },
  };
}
