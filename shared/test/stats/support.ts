import type { CovariateSample, Sample } from '../../src/stats/index.ts';

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

/** Chances of problems to pass, Beta(.49, .21) by Jöhnk's rejection: many sure, many hopeless, .7 on average. */
export function problemChances(count: number, random: () => number): number[] {
  return Array.from({ length: count }, () => {
    for (;;) {
      const [x, y] = [random() ** (1 / 0.49), random() ** (1 / 0.21)];
      if (x + y <= 1 && x + y > 0) return x / (x + y);
    }
  });
}

/** Differences of per-problem means over three samples. */
export const thirds = {
  differences: [0, 1, -1, 0, -2, 0, 0, -3, 1, 0, 0, -1, -1, 0, 2, -3, 0, 0, -1, 0, 0, -2, 1, 0].map(
    (third) => third / 3,
  ),
  clusters: [0, 0, 0, 1, 1, 2, 2, 2, 2, 3, 4, 4, 5, 5, 5, 5, 6, 7, 7, 8, 8, 8, 9, 9],
};

/** Of 64 problems with one sample 9 lost and 4 gained. */
export const plusMinus = {
  differences: Array.from({ length: 64 }, (_, i) => (i < 9 ? -1 : i < 13 ? 1 : 0)),
  clusters: Array.from({ length: 64 }, (_, i) => i >> 2),
};

export const few = {
  differences: [0.31, -0.12, 0.05, 0.44, -0.27, 0.18, 0.02],
  clusters: [1, 1, 2, 2, 3, 3, 3],
};
