import type { Leaderboard, LeaderboardRow } from '@whetstone/shared/contract';
import { paretoFront } from './pareto-front.ts';
import type { ProblemSums } from './problem-sums.ts';
import { rankSubjects } from './rank-subjects.ts';
import { subjectFigures, type SubjectSums } from './subject-figures.ts';

/** A subject and what it came to within the range. */
export interface BoardLine
  extends SubjectSums, Pick<LeaderboardRow, 'subject' | 'runs' | 'lastRunId' | 'openRegressionId' | 'trend'> {
  lastRunAt: Date;
  change: { points: number; p: number } | undefined;
  /** What two subjects are told apart by, where that is not all of `problems`. */
  comparable?: ProblemSums;
  /** To be said beside those of the figures. */
  warnings?: readonly string[];
}

/** Best first; equal rates by the cheaper one, then by name. */
export function boardOf(
  lines: readonly BoardLine[],
  clusterOfProblem?: readonly unknown[],
): Pick<Leaderboard, 'items' | 'withoutVerdict'> {
  const figures = lines.map((line) => ({ line, figures: subjectFigures(line, clusterOfProblem) }));
  const known = figures.flatMap(({ line, figures }) => (figures ? [{ line, figures }] : []));
  const ranks = rankSubjects(
    known.map(({ line, figures: { passRate } }) => ({ passRate, problems: line.comparable ?? line.problems })),
    clusterOfProblem,
  );
  const onFront = paretoFront(
    known.map(({ figures: { passRate, costPerSolvedUsd } }) => ({ passRate, costUsd: costPerSolvedUsd })),
  );
  const items = known.map(({ line, figures }, i): LeaderboardRow => ({
    subject: line.subject,
    tieGroup: ranks[i]!.group,
    rankRange: ranks[i]!.ranks,
    ...figures,
    warnings: [...figures.warnings, ...(line.warnings ?? [])],
    runs: line.runs,
    isOnFront: onFront[i]!,
    lastRunId: line.lastRunId,
    lastRunAt: line.lastRunAt.toISOString(),
    change: line.change ? { ...line.change, isDistinguishable: line.change.p < 0.05 } : null,
    openRegressionId: line.openRegressionId,
    trend: line.trend,
  }));
  return {
    items: items.toSorted(
      (a, b) => b.passRate - a.passRate || costOf(a) - costOf(b) || (a.subject.label < b.subject.label ? -1 : 1),
    ),
    withoutVerdict: figures
      .filter(({ figures }) => !figures)
      .map(({ line: { subject, counts, runs, lastRunAt } }) => ({
        subject,
        counts,
        runs,
        lastRunAt: lastRunAt.toISOString(),
      })),
  };
}

/** Finite, so that two unknown ones compare. */
const costOf = ({ costPerSolvedUsd }: LeaderboardRow) => costPerSolvedUsd ?? Number.MAX_VALUE;
