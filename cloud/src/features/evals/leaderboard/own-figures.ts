import type { Counts } from '@whetstone/shared/contract';
import { effectiveSize } from '@whetstone/shared/stats';
import { clustersOf, noProblems, type ProblemSums } from './problem-sums.ts';
import { histogramOf, type TimeHistogram } from './time-histogram.ts';

/** Results of one problem of a run that took about as long: what the database adds up. */
export interface ResultGroup extends Counts {
  /** Place in the data set's list. */
  problem: number;
  /** Of its time; null of what has no verdict. */
  bucket: number | null;
  answered: number;
  unpriced: number;
  costUsd: number;
}

/** What one run adds to a line. */
export interface OwnFigures {
  counts: Counts;
  problems: ProblemSums;
  times: TimeHistogram;
  effectiveN: number;
  answered: number;
  unpriced: number;
  costUsd: number;
}

/** Of the problems at these places alone. */
export function ownFigures(
  groups: readonly ResultGroup[],
  places: readonly number[],
  clusterOfProblem?: readonly unknown[],
): OwnFigures {
  const indexOf = new Map(places.map((place, index) => [place, index]));
  const problems = noProblems(places.length);
  const times: [number, number][] = [];
  const sums = { passed: 0, failed: 0, error: 0, timeout: 0, skipped: 0, answered: 0, unpriced: 0, costUsd: 0 };
  for (const group of groups) {
    const index = indexOf.get(group.problem);
    if (index === undefined) continue;
    for (const name of Object.keys(sums) as (keyof typeof sums)[]) sums[name] += group[name];
    const graded = group.passed + group.failed + group.timeout;
    problems[2 * index]! += group.passed;
    problems[2 * index + 1]! += graded;
    if (group.bucket !== null) times.push([group.bucket, graded]);
  }
  const clusters = clustersOf(problems, clusterOfProblem);
  const { answered, unpriced, costUsd, ...counts } = sums;
  return {
    counts,
    problems,
    times: histogramOf(times),
    effectiveN: clusters.length === 0 ? 0 : effectiveSize(clusters).effective,
    answered,
    unpriced,
    costUsd,
  };
}
