import { pino } from 'pino';
import { v7 as uuidv7 } from 'uuid';
import { z } from 'zod';
import type { Database } from '../../src/platform/db/database.ts';
import { defineJob, type JobDefinition } from '../../src/platform/queue/job.ts';
import { openPgBossQueue } from '../../src/platform/queue/pg-boss-queue.ts';

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

interface Options {
  clock?: () => number;
  /** A lease that is soon over, so that nobody waits for the jobs of the dead. */
  leaseMs?: number;
}

/** A queue that knows these jobs, as a server has it. Another engine joins the suite here. */
export async function startQueue(
  database: Database,
  jobs: JobDefinition[],
  { clock = Date.now, leaseMs = 1_500 }: Options = {},
) {
  const queue = await openPgBossQueue({ database, clock, log: pino({ level: 'silent' }), leaseMs });
  await queue.define(jobs);
  return queue;
}

/** Something that a job waits for until the test lets it go on. */
export function gate() {
  let open = () => {};
  const passed = new Promise<void>((resolve) => (open = resolve));
  return { passed, open };
}
