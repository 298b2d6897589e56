import type { Estimate } from './sample.ts';
import type { Test } from './welch.ts';

interface Options {
  alpha?: number;
  /** The number of units, both arms together, at which the interval is narrowest. */
  tuning?: number;
}

/**
 * Asymptotic confidence sequence: an interval that covers the truth at all times at once with probability 1 - alpha, and a
 * p-value that stays below alpha, if there is nothing, with probability at most alpha however often one looks (Waudby-Smith
 * et al., arXiv 2103.06476v7, eq. 9, 155 and 161). The price is width. `n` is the number of units in both arms.
 */
export function sequentialTest({ value, variance }: Estimate, n: number, options: Options = {}): Test {
  const { alpha = 0.05, tuning = 5_000 } = options;
  const rhoSquare = (-2 * Math.log(alpha) + Math.log(1 - 2 * Math.log(alpha))) / tuning;
  const t = n * rhoSquare + 1;
  const logRoot = 0.5 * Math.log(t);
  const half = Math.sqrt((variance * 2 * t * (logRoot - Math.log(alpha))) / (n * rhoSquare));
  return {
    interval: [value - half, value + half],
    p: Math.min(1, Math.exp(logRoot - (rhoSquare * n * value ** 2) / (2 * variance * t))),
  };
}
