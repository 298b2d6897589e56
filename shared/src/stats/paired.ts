import { clusteredStandardError } from './clustered.ts';
import type { SidedP } from './mcnemar.ts';
import { normalQuantile, normalSurvival } from './normal.ts';
import type { Interval } from './sample.ts';
import { studentSurvival, studentUpperQuantile } from './student.ts';

export interface PairedTest {
  difference: number;
  standardError: number;
  /** Of values, or of clusters, less one. */
  df: number;
  p: SidedP;
  interval: Interval;
}

interface Options {
  alpha?: number;
  /** The cluster of each difference; absent where problems are independent of each other. */
  clusters?: readonly unknown[];
}

/**
 * Test of paired differences, one per problem: second less first, each the mean over the samples of that problem, so that
 * repeats narrow the noise within problems and problems stay the unit (Miller 2024, "Adding Error Bars to Evals", arXiv
 * 2411.00640, §4.2 and §3.1). With clusters the standard error is cluster-robust (CR1). `undefined` where differences do
 * not vary or there are fewer than two: identical values say little about what comes next.
 */
export const pairedZ = (differences: readonly number[], options: Options = {}): PairedTest | undefined =>
  pairedTest(differences, options, {
    survival: (z) => normalSurvival(z),
    upperQuantile: (tail) => -normalQuantile(tail),
  });

/** The same by Student's t, which few problems or few clusters need. */
export const pairedT = (differences: readonly number[], options: Options = {}): PairedTest | undefined =>
  pairedTest(differences, options, { survival: studentSurvival, upperQuantile: studentUpperQuantile });

interface Reference {
  survival: (x: number, df: number) => number;
  upperQuantile: (tail: number, df: number) => number;
}

function pairedTest(
  differences: readonly number[],
  { alpha = 0.05, clusters = differences.map((_, i) => i) }: Options,
  { survival, upperQuantile }: Reference,
): PairedTest | undefined {
  const standardError = clusteredStandardError(differences, clusters);
  const difference = differences.reduce((sum, value) => sum + value, 0) / differences.length;
  // A sum that should cancel leaves a rounding behind.
  if (standardError === undefined || standardError <= 1e-15 * Math.abs(difference) || standardError === 0)
    return undefined;
  const df = new Set(clusters).size - 1;
  const statistic = difference / standardError;
  const half = upperQuantile(alpha / 2, df) * standardError;
  return {
    difference,
    standardError,
    df,
    p: {
      twoSided: 2 * survival(Math.abs(statistic), df),
      drop: survival(-statistic, df),
      gain: survival(statistic, df),
    },
    interval: [difference - half, difference + half],
  };
}
