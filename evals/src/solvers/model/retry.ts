import { WhetstoneError } from '@whetstone/shared/errors';
import type { Clock } from './clock.ts';
import { CallFault } from './call-fault.ts';

/** How long one answer is tried for. Both bounds hold: whichever is reached first ends it. */
export interface RetryPolicy {
  /** Calls that broke: 5xx, no connection, no answer in time, garbage. */
  maxTries: number;
  /** Calls that were refused for the rate (429). They cost nothing, and under a tight limit a healthy endpoint refuses often. */
  maxRefusals: number;
  /** From the first call on, waiting included. */
  deadlineMs: number;
  baseMs: number;
  maxBackoffMs: number;
}

export const defaultRetryPolicy: RetryPolicy = {
  maxTries: 8,
  maxRefusals: 60,
  deadlineMs: 15 * 60_000,
  baseMs: 500,
  maxBackoffMs: 30_000,
};

export interface Tries {
  broken: number;
  refused: number;
  startedAt: number;
}

/**
 * How long to wait before the next call, or why there is none. Without a word of the endpoint: exponential back-off with
 * full jitter (Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015). What it asks for is the least,
 * and a little jitter after it keeps those who were told the same from coming back together.
 */
export function nextWait(
  policy: RetryPolicy,
  { broken, refused, startedAt }: Tries,
  fault: CallFault,
  now: number,
  random: () => number,
): { waitMs: number } | { giveUp: string } {
  if (broken >= policy.maxTries) return { giveUp: `${broken} calls broke` };
  if (refused >= policy.maxRefusals) return { giveUp: `${refused} calls were refused for the rate` };
  const failures = broken + refused;
  const backoffMs = Math.min(policy.maxBackoffMs, policy.baseMs * 2 ** Math.min(failures - 1, 30));
  const askedMs = fault.retryAfterMs;
  const waitMs = askedMs === undefined ? random() * backoffMs : askedMs + random() * policy.baseMs;
  const leftMs = startedAt + policy.deadlineMs - now;
  if (waitMs < leftMs) return { waitMs };
  const asks = askedMs === undefined ? '' : `, and the endpoint asks to wait ${Math.ceil(askedMs / 1000)} s`;
  return { giveUp: `${Math.round(policy.deadlineMs / 1000)} s are over or would be${asks}` };
}

export interface RetryContext {
  policy: RetryPolicy;
  clock: Clock;
  random: () => number;
  signal: AbortSignal;
}

/** Calls until it answers. What can never succeed is thrown as it is; after the last try the error is `unavailable`. */
export async function withRetries<Reply>(
  { policy, clock, random, signal }: RetryContext,
  call: () => Promise<Reply>,
): Promise<Reply> {
  const tries: Tries = { broken: 0, refused: 0, startedAt: clock.now() };
  for (;;) {
    signal.throwIfAborted();
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof CallFault)) throw error;
      if (error.refused) tries.refused += 1;
      else tries.broken += 1;
      const next = nextWait(policy, tries, error, clock.now(), random);
      if ('giveUp' in next)
        throw new WhetstoneError('unavailable', `no answer: ${next.giveUp}; last: ${error.message}`, { cause: error });
      await clock.sleep(next.waitMs, signal);
    }
  }
}
