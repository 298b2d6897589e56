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

/** By how much two differ on the problems that both have verdicts on; undefined where there is none. */
export function pairedDifference(
  first: ProblemSums,
  second: ProblemSums,
  clusterOfProblem?: readonly unknown[],
): PairedDifference | undefined {
  const differences: number[] = [];
  const clusters: unknown[] = [];
  let areSingle = true;
  let onlyFirst = 0;
  let onlySecond = 0;
  for (let problem = 0; problem < Math.min(problemCountOf(first), problemCountOf(second)); problem++) {
    const [n, m] = [gradedOf(first, problem), gradedOf(second, problem)];
    if (n === 0 || m === 0) continue;
    if (n !== 1 || m !== 1) areSingle = false;
    const difference = passedOf(second, problem) / m - passedOf(first, problem) / n;
    if (difference < 0) onlyFirst++;
    if (difference > 0) onlySecond++;
    differences.push(difference);
    if (clusterOfProblem) clusters.push(clusterOfProblem[problem] ?? problem);
  }
  if (differences.length === 0) return undefined;
  const { p } = decisiveTest({
    differences,
    counts: areSingle ? { onlyFirst, onlySecond } : undefined,
    clusters: clusterOfProblem && sharedClusters(clusters),
  });
  const sum = differences.reduce((total, difference) => total + difference, 0);
  return { problems: differences.length, difference: sum / differences.length, p: p.twoSided };
}
