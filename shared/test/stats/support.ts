import type { CovariateSample, Sample } from '../../src/stats/index.ts';

/** Uniform on [0, 1), the same every time (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Running mean, variance and covariance (Welford). */
export function moments() {
  let n = 0;
  let [mean, preMean, square, preSquare, cross] = [0, 0, 0, 0, 0];
  return {
    add(value: number, pre = 0) {
      n++;
      const [d, e] = [value - mean, pre - preMean];
      mean += d / n;
      preMean += e / n;
      square += d * (value - mean);
      preSquare += e * (pre - preMean);
      cross += d * (pre - preMean);
    },
    sample: (): Sample => ({ n, mean, variance: square / (n - 1) }),
    covariate: (): CovariateSample => ({
      n,
      mean,
      variance: square / (n - 1),
      preMean,
      preVariance: preSquare / (n - 1),
      covariance: cross / (n - 1),
    }),
  };
}

/** The largest difference of figures from their references: relative, or absolute where the reference is 0. */
export function worstDeviation(pairs: readonly (readonly [ours: number, reference: number])[]): number {
  const off = ([ours, reference]: readonly [number, number]) =>
    reference === 0 ? Math.abs(ours) : Math.abs(ours / reference - 1);
  const worst = Math.max(...pairs.map(off));
  return pairs.length > 0 ? worst : NaN;
}
