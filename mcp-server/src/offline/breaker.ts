import { elapsedMs, momentOf, type Clock, type Moment } from './clock.ts';
import { retryDelayMs } from './retry-pace.ts';

/**
 * Stands before every attempt to reach the cloud. Open, nobody tries; once its pause is over one probe may (the feed makes
 * one attempt at a time), and the first success closes it. Our own 30 lines, since the pause is the server's `Retry-After`
 * or jittered, and must count on both clocks: cockatiel's breaker has a fixed one, on the wall clock, for 25 kB.
 */
export interface Breaker {
  readonly failures: number;
  readonly openSince?: Moment | undefined;
  readonly pauseMs: number;
}

export const closedBreaker: Breaker = { failures: 0, pauseMs: 0 };

export function afterFailure(
  { failures }: Breaker,
  { clock, random, leastMs }: { clock: Clock; random: () => number; leastMs: number | undefined },
): Breaker {
  const pauseMs = retryDelayMs(failures + 1, random, leastMs);
  return { failures: failures + 1, openSince: momentOf(clock), pauseMs };
}

export const mayTry = ({ openSince, pauseMs }: Breaker, clock: Clock) =>
  openSince === undefined || elapsedMs(openSince, clock) >= pauseMs;
