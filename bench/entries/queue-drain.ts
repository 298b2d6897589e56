import { z } from 'zod';
import { openDatabase, type DatabaseChoice } from '../../cloud/src/platform/db/open.ts';
import { defineJob } from '../../cloud/src/platform/queue/job.ts';
import { openPgBossQueue } from '../../cloud/src/platform/queue/pg-boss-queue.ts';
import { freshDatabase, startPostgres } from '../../test/support/postgres.ts';
import { interleave, median } from '../harness/measure.ts';
import type { Entry } from '../harness/report.ts';
import { withScratch } from '../harness/scratch.ts';

const rounds = 3;
const jobCount = 10_000;
const workers = 50;
const holdMs = 50;

const onPostgres = 'pg-boss in PostgreSQL';
const onPglite = 'pg-boss in PGlite';

/** Every job waits exactly so long: what is over the ideal is what the queue takes to hand out and to settle. */
export const queueDrain: Entry = {
  title: `${jobCount.toLocaleString('en')} queued jobs of ${holdMs} ms waiting each, drained with ${workers} workers`,
  lasts: 'three minutes',
  run: () =>
    withScratch(async (scratch) => {
      const { adminUrl, stop } = await startPostgres();
      try {
        const { url } = await freshDatabase(adminUrl);
        const measured = await interleave(
          [
            { name: onPostgres, sample: () => drain({ url }) },
            { name: onPglite, sample: () => drain({ directory: scratch }) },
          ],
          rounds,
        );
        const rows = [onPostgres, onPglite].map((name) => ({ name, samples: measured.of(name) }));
        return {
          referenceNs: measured.referenceNs,
          tables: [
            {
              title: `Wall time over the ideal, ${jobCount.toLocaleString('en')} / ${workers} x ${holdMs} ms`,
              unit: 'x',
              better: 'less' as const,
              base: onPostgres,
              rows,
            },
          ],
          notes: [
            'From the start of work until the last job is written down as completed. Worker and database share the processors; PGlite is inside the process of the worker.',
          ],
          bars: [
            {
              what: `${onPostgres}, median of ${rounds}`,
              actual: median(measured.of(onPostgres)),
              kind: 'at most' as const,
              limit: 1.3,
              unit: 'x',
            },
          ],
        };
      } finally {
        await stop();
      }
    }),
};

async function drain(choice: DatabaseChoice): Promise<number> {
  const surroundings = { clock: Date.now, log: { info: () => undefined, warn: () => undefined } };
  const database = await openDatabase(choice, surroundings);
  const queue = await openPgBossQueue({ database, workers, ...surroundings });
  const job = defineJob({
    name: 'bench.wait',
    input: z.object({ i: z.number() }),
    retries: { limit: 0, delayS: 0, backoff: 'fixed' },
    expireInMs: 60_000,
    concurrency: workers,
    run: () => new Promise((resolve) => setTimeout(resolve, holdMs)),
  });
  try {
    await queue.define([job]);
    await database.asSystem(async (tx) => {
      for (let i = 0; i < jobCount; i++) await queue.send(job, { i }, { tx });
    });
    const startedAtMs = performance.now();
    await new Promise<void>((resolve) => {
      let left = jobCount;
      const onFinished = () => void (--left === 0 && resolve());
      void queue.work({ onFinished });
    });
    return (performance.now() - startedAtMs) / ((jobCount / workers) * holdMs);
  } finally {
    await queue.stop({ graceMs: 1_000 });
    await database.close();
  }
}
