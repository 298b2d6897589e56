import type { Counts, LiveEvent } from '@whetstone/shared/contract';
import { wilsonInterval } from '@whetstone/shared/stats';

type Progress = Omit<Extract<LiveEvent, { type: 'progress' }>, 'seq' | 'type'>;

/** How far a run is. The interval is Wilson's: repeats of a problem are told apart when it has ended. */
export function progressOf(counts: Counts, total: number, paidUsd: number): Progress {
  const { passRate, interval } = rateOf(counts);
  return { done: doneOf(counts), total, counts, passRate, interval, paidUsd };
}

export function rateOf(counts: Counts): { passRate: number | null; interval: [number, number] | null } {
  const graded = gradedOf(counts);
  if (graded === 0) return { passRate: null, interval: null };
  return { passRate: counts.passed / graded, interval: [...wilsonInterval(counts.passed, graded)] };
}

/** If all that has no verdict had failed, and if it had passed. */
export const bracketOf = (counts: Counts, total: number): [number, number] =>
  total === 0 ? [0, 1] : [counts.passed / total, (total - counts.failed - counts.timeout) / total];

export const doneOf = ({ passed, failed, error, timeout, skipped }: Counts) =>
  passed + failed + error + timeout + skipped;

export const gradedOf = ({ passed, failed, timeout }: Counts) => passed + failed + timeout;
