import type { ClusterCount } from '@whetstone/shared/stats';

/** Of each problem of a line, in order: samples that passed, graded samples, the same of the next one, … */
export type ProblemSums = Int32Array;

export const noProblems = (count: number): ProblemSums => new Int32Array(2 * count);

export const passedOf = (sums: ProblemSums, problem: number): number => sums[2 * problem]!;
export const gradedOf = (sums: ProblemSums, problem: number): number => sums[2 * problem + 1]!;
export const problemCountOf = (sums: ProblemSums): number => sums.length >> 1;

/**
 * What is not independent, together: the samples of one problem, and of all problems of one cluster where there are
 * clusters. Without what has no verdict.
 */
export function clustersOf(sums: ProblemSums, clusterOfProblem?: readonly unknown[]): ClusterCount[] {
  if (!clusterOfProblem) return problemsOf(sums);
  const counts = new Map<unknown, ClusterCount>();
  for (let problem = 0; problem < problemCountOf(sums); problem++) {
    const n = gradedOf(sums, problem);
    if (n === 0) continue;
    const key = clusterOfProblem[problem] ?? problem;
    const count = counts.get(key);
    if (!count) counts.set(key, { n, passed: passedOf(sums, problem) });
    else {
      count.n += n;
      count.passed += passedOf(sums, problem);
    }
  }
  return [...counts.values()];
}

function problemsOf(sums: ProblemSums): ClusterCount[] {
  const counts: ClusterCount[] = [];
  for (let problem = 0; problem < problemCountOf(sums); problem++) {
    const n = gradedOf(sums, problem);
    if (n > 0) counts.push({ n, passed: passedOf(sums, problem) });
  }
  return counts;
}
