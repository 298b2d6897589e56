import { pino } from 'pino';
import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import type { Database } from '../../src/platform/db/database.ts';
import { defineJob, type JobDefinition } from '../../src/platform/queue/job.ts';
import { openPgBossQueue } from '../../src/platform/queue/pg-boss-queue.ts';
import type { Queue } from '../../src/platform/queue/queue.ts';
import { surroundWithQStash, type QStashService } from './qstash-world.ts';

const TextInput = z.object({ text: z.string().default('') });
type Change = Partial<Omit<JobDefinition<z.infer<typeof TextInput>>, 'input'>>;

/** A job under a name of its own that does nothing and is not retried, with what a test changes of that. */
export const aJob = (change: Change = {}) =>
  defineJob({
    name: `test.${uuidv7()}`,
    input: TextInput,
    retries: { limit: 0, delayS: 0, backoff: 'fixed' as const },
    expireInMs: 60_000,
    run: async () => undefined,
    ...change,
  });

export interface QueueOptions {
  clock?: () => number;
  /** A lease that is soon over, so that nobody waits for the jobs of the dead. */
  leaseMs?: number;
}

/** An engine of the port, and what a test must know of it to reach behind it. */
export interface QueueEngine {
  name: 'pg-boss' | 'QStash';
  /** Its own table of jobs, which no tenant may read. */
  table: string;
  refusal: RegExp;
  /** The table as a clock that was set back by an hour finds it: one message sent in the future, one that failed there. */
  setAhead: string[];
  /** The world around all queues of a suite. */
  surround: () => Promise<QueueWorld>;
}

export interface QueueWorld {
  /** What another process needs to be a server of this world. */
  service: QStashService | undefined;
  open: (database: Database, options: QueueOptions) => Promise<Queue>;
  /** Lets a server in another process take part, and no longer. */
  join: (url: string) => () => void;
  stop: () => Promise<void>;
}

const log = pino({ level: 'silent' });
const workers = 4;

/** A queue that knows these jobs, as a server has it. */
export async function startQueue(
  world: QueueWorld,
  database: Database,
  jobs: JobDefinition[],
  options: QueueOptions = {},
) {
  const queue = await world.open(database, options);
  await queue.define(jobs);
  return queue;
}

export const openPgBoss = (database: Database, { clock = Date.now, leaseMs = 1_500 }: QueueOptions) =>
  openPgBossQueue({ database, clock, log, leaseMs, workers });

const pgBoss: QueueEngine = {
  name: 'pg-boss',
  table: 'pgboss.job',
  refusal: /permission denied for schema pgboss/,
  setAhead: [
    `update pgboss.job set created_on = now() + interval '1 hour' where id = any($1)`,
    `update pgboss.job set state = 'retry', started_on = now() + interval '1 hour', start_after = now() + interval '1 hour'
      where id = ($1::uuid[])[2]`,
  ],
  surround: async () => ({
    service: undefined,
    open: openPgBoss,
    join: () => () => undefined,
    stop: async () => undefined,
  }),
};

const qstash: QueueEngine = {
  name: 'QStash',
  table: 'whetstone_queue.message',
  refusal: /permission denied for schema whetstone_queue/,
  setAhead: [
    `update whetstone_queue.message set created_at = now() + interval '1 hour', published_at = now() + interval '1 hour',
      publish_after = now() + interval '1 hour' where id = any($1)`,
    `update whetstone_queue.message set state = 'retrying', attempts = 1, started_at = now() + interval '1 hour',
      start_after = now() + interval '1 hour' where id = ($1::uuid[])[2]`,
  ],
  surround: () => surroundWithQStash(),
};

/** Every promise of the port is asserted on both. */
export const queueEngines = [pgBoss, qstash];

/** Something that a job waits for until the test lets it go on. */
export function gate() {
  let open = () => {};
  const passed = new Promise<void>((resolve) => (open = resolve));
  return { passed, open };
}
