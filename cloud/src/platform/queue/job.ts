import { WhetstoneError } from '@whetstone/shared/errors';
import type { Logger } from 'pino';
import type { z } from 'zod';

/** What a run knows of itself. */
export interface JobRun {
  /** Whose work it is; undefined for the system's own. */
  projectId: string | undefined;
  /** 1 for the first; a run that was handed back because its server stopped does not count. */
  attempt: number;
  /** Aborted when the time is up, the server stops, or another server took over. */
  signal: AbortSignal;
  log: Pick<Logger, 'info' | 'warn'>;
}

/**
 * A kind of work, defined once. A message is delivered at least once: `run` must be safe to repeat. Long work is cut into
 * pieces that each send the next, since a run that is cut short starts again from its beginning.
 */
export interface JobDefinition<I = unknown> {
  /** `<slice>.<verb>`; part of stored messages, so that a rename needs both names for a while. */
  name: string;
  input: z.ZodType<I>;
  /** Sends `{}` at these times, of which one that was missed for less than six days is made up for once. */
  schedule?: { cron: string; timeZone: string };
  /** Further runs after a failure; `delayS` is the pause, or the first of pauses that double with some jitter. */
  retries: { limit: number; delayS: number; backoff: 'fixed' | 'exponential' };
  /** A run that takes longer has failed. At most `longestRunMs`. */
  expireInMs: number;
  /** How many may run at once: in one process where workers ask for jobs, in all where they are delivered. 1 when absent. */
  concurrency?: number;
  // A method, so that jobs of different inputs fit into one list.
  run(input: I, run: JobRun): Promise<void>;
}

/** Does nothing at run time; lets TypeScript infer the input of the job. */
export const defineJob = <I>(job: JobDefinition<I>): JobDefinition<I> => job;

/**
 * How many of the `workers` of a process one kind of job may have: the last place is left to the other kinds, since a run may
 * take minutes, and what takes a variant from people must not wait for that.
 */
export const placesOfOneKind = (workers: number, kinds: number) => (kinds > 1 ? Math.max(1, workers - 1) : workers);

/** A delivery over HTTP has an end: 15 minutes on the smallest plan, of which waiting and writing down get their part. */
const longestRunMs = 14 * 60_000;

/** Throws when no engine could run the job, or not every one: long work is cut into pieces that each send the next. */
export function mustBeRunnable({ name, expireInMs }: Pick<JobDefinition, 'name' | 'expireInMs'>) {
  if (expireInMs <= longestRunMs) return;
  throw new Error(`the job "${name}" may run for ${expireInMs} ms, at most ${longestRunMs}; cut it into pieces`);
}

/** Messages name what is to be done; what is large lies in the database or a file. Every engine takes this much. */
const maxMessageBytes = 32_768;

/** The input as it may be sent; throws when it is not what the job takes, or too large. */
export function messageFor<I>({ name, input: schema }: Pick<JobDefinition<I>, 'name' | 'input'>, input: I): unknown {
  const message = schema.parse(input);
  const bytes = Buffer.byteLength(JSON.stringify(message));
  if (bytes <= maxMessageBytes) return message;
  throw new WhetstoneError(
    'payload_too_large',
    `a message for the job "${name}" has ${bytes} bytes, at most ${maxMessageBytes} are taken; store the content and send its id`,
  );
}
