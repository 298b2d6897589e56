import type { Counts, LeaderboardRow } from '@whetstone/shared/contract';
import { clusteredInterval, passAtK, type ClusterCount } from '@whetstone/shared/stats';
import { clustersOf, type ProblemSums } from './problem-sums.ts';
import { timeQuantile, type TimeHistogram } from './time-histogram.ts';

/** What runs of a subject came to together. */
export interface SubjectSums {
  counts: Counts;
  problems: ProblemSums;
  times: TimeHistogram;
  answered: number;
  unpriced: number;
  costUsd: number;
}

export type SubjectFigures = Pick<
  LeaderboardRow,
  | 'passRate'
  | 'interval'
  | 'n'
  | 'problems'
  | 'counts'
  | 'passAtK'
  | 'costPerSolvedUsd'
  | 'avgCostUsd'
  | 'medianTimeMs'
  | 'p90TimeMs'
  | 'warnings'
>;

/** Undefined where no sample has a verdict: that is no rate of 0. */
export function subjectFigures(sums: SubjectSums, clusterOfProblem?: readonly unknown[]): SubjectFigures | undefined {
  const { counts, problems, times, answered, unpriced, costUsd } = sums;
  const n = counts.passed + counts.failed + counts.timeout;
  if (n === 0) return undefined;
  const isPriced = answered > 0 && unpriced === 0;
  return {
    passRate: counts.passed / n,
    interval: clusteredInterval(clustersOf(problems, clusterOfProblem)),
    n,
    problems: clustersOf(problems).length,
    counts,
    passAtK: passAtKs(problems),
    costPerSolvedUsd: isPriced && counts.passed > 0 ? costUsd / counts.passed : null,
    avgCostUsd: isPriced ? costUsd / answered : null,
    medianTimeMs: timeQuantile(times, 0.5) ?? null,
    p90TimeMs: timeQuantile(times, 0.9) ?? null,
    warnings: warningsOf(counts),
  };
}

/** A product of up to k factors for each outcome; more samples than this are the same subject's long past. */
const largestK = 100;

function passAtKs(problems: ProblemSums): Record<string, number> {
  const known = clustersOf(problems);
  const fewest = known.reduce((least, { n }) => Math.min(least, n), largestK);
  return Object.fromEntries([...new Set([1, fewest])].map((k) => [k, meanPassAtK(known, k)]));
}

/** Many problems come to the same: each outcome is worked out once. */
function meanPassAtK(problems: readonly ClusterCount[], k: number): number {
  const chances = new Map<number, number>();
  const most = problems.reduce((largest, { n }) => Math.max(largest, n), 0);
  let sum = 0;
  for (const { n, passed } of problems) {
    const key = n * (most + 1) + passed;
    const chance = chances.get(key) ?? passAtK(n, passed, k)!;
    chances.set(key, chance);
    sum += chance;
  }
  return sum / problems.length;
}

/** Beyond this share of errors, what is missing may not be like what is there. */
const fewErrors = 0.02;

function warningsOf({ passed, failed, error, timeout, skipped }: Counts): string[] {
  const all = passed + failed + error + timeout + skipped;
  const percentOf = (count: number) => `${((100 * count) / all).toFixed(1)} %`;
  return [
    ...(error / all > fewErrors
      ? [
          `${percentOf(error)} of the samples ended in errors of infrastructure and have no verdict; the rate is that of the rest`,
        ]
      : []),
    ...(skipped > 0 ? [`${percentOf(skipped)} of the samples were not asked; the rate is that of the rest`] : []),
  ];
}
