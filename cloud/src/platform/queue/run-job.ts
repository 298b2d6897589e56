import { WhetstoneError } from '@whetstone/shared/errors';
import { z } from 'zod';
import type { JobDefinition, JobRun } from './job.ts';

export type Outcome = { kind: 'completed' } | { kind: 'failed'; sentence: string; error: unknown };

/** One run of a job, whatever it does: throws anything, or never ends. Never rejects. */
export async function runJob(job: JobDefinition, message: unknown, run: JobRun): Promise<Outcome> {
  const input = job.input.safeParse(message);
  // Not given up at once: during a deployment an older server may hold a newer one's message.
  if (!input.success) {
    return failed(
      new WhetstoneError('invalid', `its message does not fit this server: ${z.prettifyError(input.error)}`),
    );
  }
  const expiry = new AbortController();
  const signal = AbortSignal.any([run.signal, expiry.signal]);
  let timer: NodeJS.Timeout | undefined;
  const expired = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const reason = new WhetstoneError('unavailable', `did not finish within ${job.expireInMs} ms`);
      expiry.abort(reason);
      reject(reason);
    }, job.expireInMs);
  });
  try {
    await Promise.race([expired, (async () => job.run(input.data, { ...run, signal }))()]);
    return { kind: 'completed' };
  } catch (error) {
    return failed(error);
  } finally {
    clearTimeout(timer);
  }
}

/** As in answers: sentences meant for people pass, anything else is a mistake of ours that stays in the log. */
const failed = (error: unknown): Outcome => ({
  kind: 'failed',
  sentence:
    error instanceof WhetstoneError
      ? error.message
      : 'stopped by a mistake in the server, whose log names it by this id',
  error,
});
