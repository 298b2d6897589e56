import { decisiveTest, sharedClusters } from '@whetstone/evals';
import { gradedOf, passedOf, problemCountOf, type ProblemSums } from './problem-sums.ts';

export interface PairedDifference {
  /** Problems with verdicts on both sides. */
  problems: number;
  /** Second less first, mean over these problems. */
  difference: number;
  /** Two-sided, by the test that decides comparisons of runs. */
  p: number;
}

/** Of each problem the share of graded samples that passed, NaN of none; worked out once for all pairs of a subject. */
export interface Rates {
  rates: Float64Array;
  /** Whether no problem has more than one graded sample. */
  areSingle: boolean;
  sums: ProblemSums;
}

export function ratesOf(sums: ProblemSums): Rates {
  const rates = Float64Array.from({ length: problemCountOf(sums) }, (_, i) => passedOf(sums, i) / gradedOf(sums, i));
  return { rates, areSingle: rates.every((_, i) => gradedOf(sums, i) <= 1), sums };
}

/** By how much two differ on the problems that both have verdicts on; undefined where there is none. */
export const pairedDifference = (first: ProblemSums, second: ProblemSums, clusterOfProblem?: readonly unknown[]) =>
  differenceOf(ratesOf(first), ratesOf(second), clusterOfProblem);

export function differenceOf(
  first: Rates,
  second: Rates,
  clusterOfProblem?: readonly unknown[],
): PairedDifference | undefined {
  const [a, b] = [first.rates, second.rates];
  const differences = new Float64Array(Math.min(a.length, b.length));
  const clusters: unknown[] = [];
  let problems = 0;
  let sum = 0;
  let onlyFirst = 0;
  let onlySecond = 0;
  for (let problem = 0; problem < differences.length; problem++) {
    const difference = b[problem]! - a[problem]!;
    if (Number.isNaN(difference)) continue;
    if (difference < 0) onlyFirst++;
    if (difference > 0) onlySecond++;
    differences[problems++] = difference;
    sum += difference;
    if (clusterOfProblem) clusters.push(clusterOfProblem[problem] ?? problem);
  }
  if (problems === 0) return undefined;
  const { p } = decisiveTest({
    differences: differences.subarray(0, problems),
    counts: areSingle(first, second) ? { onlyFirst, onlySecond } : undefined,
    clusters: clusterOfProblem && sharedClusters(clusters),
  });
  return { problems, difference: sum / problems, p: p.twoSided };
}

/** On the problems of both; looked at one by one only where one of the two has several samples somewhere. */
function areSingle(first: Rates, second: Rates): boolean {
  if (first.areSingle && second.areSingle) return true;
  const both = Math.min(first.rates.length, second.rates.length);
  for (let problem = 0; problem < both; problem++) {
    const [n, m] = [gradedOf(first.sums, problem), gradedOf(second.sums, problem)];
    if (n > 0 && m > 0 && (n > 1 || m > 1)) return false;
  }
  return true;
}
