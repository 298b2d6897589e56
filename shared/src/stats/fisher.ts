import { logBeta } from './gamma.ts';

/** A group of trials that each came out one way or the other. */
export interface Tally {
  n: number;
  hits: number;
}

/**
 * One-sided p of Fisher's exact test that `b` hits more often than `a`: the chance of at least as many hits in `b` when the
 * hits there are fell on the two groups at random (hypergeometric tail; Agresti, Categorical Data Analysis 3rd ed. §3.5).
 */
export function fisherExact(a: Tally, b: Tally): number {
  const hits = a.hits + b.hits;
  const n = a.n + b.n;
  let p = 0;
  for (let inB = b.hits; inB <= Math.min(hits, b.n); inB++)
    if (hits - inB <= a.n) p += Math.exp(logChoose(b.n, inB) + logChoose(a.n, hits - inB) - logChoose(n, hits));
  return Math.min(1, p);
}

const logChoose = (n: number, k: number) => -Math.log(n + 1) - logBeta(k + 1, n - k + 1);
