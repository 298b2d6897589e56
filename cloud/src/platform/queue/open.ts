import type { Logger } from 'pino';
import type { Database } from '../db/database.ts';
import { openPgBossQueue } from './pg-boss-queue.ts';
import { openQStashQueue, type QStash } from './qstash-queue.ts';
import type { Queue } from './queue.ts';

interface Options {
  database: Database;
  clock: () => number;
  log: Pick<Logger, 'info' | 'warn'>;
  /** Present selects QStash. */
  qstash?: (QStash & { publicUrl: string }) | undefined;
  /** Jobs of all kinds at once in this process. */
  workers?: number | undefined;
}

/** PGlite does everything in this process; a PostgreSQL of its own has connections for more. */
const usualWorkers = { pglite: 4, postgres: 10 } as const;

/** The engine that the configuration names. */
export function openQueue({ database, clock, log, qstash, workers }: Options): Promise<Queue> {
  const common = { database, clock, log, workers: workers ?? usualWorkers[database.engine] };
  if (!qstash) return openPgBossQueue(common);
  return openQStashQueue({ ...common, qstash, publicUrl: qstash.publicUrl });
}
