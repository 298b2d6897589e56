import { isCount, refuseCounts } from './refuse.ts';
import type { Interval } from './sample.ts';
import { wilsonInterval } from './wilson.ts';

export interface Rate {
  successes: number;
  n: number;
}

/** How pairs of yes and no came out. */
export interface PairedCounts {
  both: number;
  onlyFirst: number;
  onlySecond: number;
  neither: number;
}

/**
 * Interval of the difference first - second of two independent rates: Wilson's intervals, squared and added (Newcombe,
 * "Interval estimation for the difference between independent proportions", Statistics in Medicine 17:873, 1998, method 10).
 * Where a rate has no trial, nothing is known: -1 to 1.
 */
export function newcombeInterval(first: Rate, second: Rate, alpha = 0.05): Interval {
  refuseCounts(first.successes, first.n);
  refuseCounts(second.successes, second.n);
  if (first.n === 0 || second.n === 0) return [-1, 1];
  return squareAndAdd(first, second, 0, alpha);
}

/**
 * The same for rates of pairs, whose correlation narrows it: phi with Newcombe's correction for continuity where it is
 * positive, 0 where a margin is empty (Newcombe, "Improved confidence intervals for the difference between binomial
 * proportions based on paired data", Statistics in Medicine 17:2635, 1998, method 10).
 */
export function pairedNewcombeInterval(pairs: PairedCounts, alpha = 0.05): Interval {
  const { both, onlyFirst, onlySecond, neither } = pairs;
  for (const count of Object.values(pairs) as number[])
    if (!isCount(count)) throw new RangeError(`expected whole numbers of pairs, got ${count}`);
  const n = both + onlyFirst + onlySecond + neither;
  if (n === 0) return [-1, 1];
  const first = { successes: both + onlyFirst, n };
  const second = { successes: both + onlySecond, n };
  const margins = [first.successes, n - first.successes, second.successes, n - second.successes];
  const product = margins.reduce((all, margin) => all * margin, 1);
  const excess = both * neither - onlyFirst * onlySecond;
  const corrected = excess > 0 ? Math.max(0, excess - n / 2) : excess;
  return squareAndAdd(first, second, product === 0 ? 0 : corrected / Math.sqrt(product), alpha);
}

function squareAndAdd(first: Rate, second: Rate, phi: number, alpha: number): Interval {
  const [p, q] = [first.successes / first.n, second.successes / second.n];
  const [pLow, pHigh] = wilsonInterval(first.successes, first.n, alpha);
  const [qLow, qHigh] = wilsonInterval(second.successes, second.n, alpha);
  const down = reach(p - pLow, qHigh - q, phi);
  const up = reach(pHigh - p, q - qLow, phi);
  return [Math.max(-1, p - q - down), Math.min(1, p - q + up)];
}

/** Of two perfectly correlated equal rates the square may come out a rounding below 0. */
const reach = (a: number, b: number, phi: number) => Math.sqrt(Math.max(0, a * a - 2 * phi * a * b + b * b));
