import { clusteredStandardError } from './clustered.ts';
import type { SidedP } from './mcnemar.ts';
import { normalQuantile, normalSurvival } from './normal.ts';
import { refuseNonFinite } from './refuse.ts';
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

/** Of many pairs at once, lists of plain numbers are much of the work. */
export type Values = readonly number[] | Float64Array;

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
export const pairedZ = (differences: Values, options: Options = {}): PairedTest | undefined =>
  pairedTest(differences, options, {
    survival: (z) => normalSurvival(z),
    upperQuantile: (tail) => -normalQuantile(tail),
  });

/** The same by Student's t, which few problems or few clusters need. */
export const pairedT = (differences: Values, options: Options = {}): PairedTest | undefined =>
  pairedTest(differences, options, { survival: studentSurvival, upperQuantile: studentUpperQuantile });

interface Reference {
  survival: (x: number, df: number) => number;
  upperQuantile: (tail: number, df: number) => number;
}

/** The p-values of `pairedT` alone: without the interval a tenth of the work, for many pairs at once. */
export function pairedTP(differences: Values, clusters?: readonly unknown[]): SidedP | undefined {
  const statistic = statisticOf(differences, clusters);
  return statistic && sidedP(statistic, studentSurvival);
}

function pairedTest(
  differences: Values,
  { alpha = 0.05, clusters }: Options,
  { survival, upperQuantile }: Reference,
): PairedTest | undefined {
  const statistic = statisticOf(differences, clusters);
  if (!statistic) return undefined;
  const { difference, standardError, df } = statistic;
  const half = upperQuantile(alpha / 2, df) * standardError;
  return { ...statistic, p: sidedP(statistic, survival), interval: [difference - half, difference + half] };
}

type Statistic = Pick<PairedTest, 'difference' | 'standardError' | 'df'>;

function statisticOf(differences: Values, clusters: readonly unknown[] | undefined): Statistic | undefined {
  const standardError = clusters ? clusteredStandardError(differences, clusters) : standardErrorOf(differences);
  const difference = meanOf(differences);
  // A sum that should cancel leaves a rounding behind.
  if (standardError === undefined || standardError <= 1e-15 * Math.abs(difference) || standardError === 0)
    return undefined;
  return { difference, standardError, df: (clusters ? new Set(clusters).size : differences.length) - 1 };
}

function sidedP({ difference, standardError, df }: Statistic, survival: Reference['survival']): SidedP {
  const t = difference / standardError;
  return { twoSided: 2 * survival(Math.abs(t), df), drop: survival(-t, df), gain: survival(t, df) };
}

/** CR1 with each value in a cluster of its own. */
function standardErrorOf(values: Values): number | undefined {
  refuseNonFinite(values, 'value');
  const n = values.length;
  if (n < 2) return undefined;
  const mean = meanOf(values);
  let squares = 0;
  for (let i = 0; i < n; i++) {
    const residual = values[i]! - mean;
    squares += residual * residual;
  }
  return Math.sqrt(squares * (n / (n - 1))) / n;
}

function meanOf(values: Values): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum / values.length;
}
