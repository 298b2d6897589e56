import { minus, plus } from './int32-bytes.ts';
import type { OwnFigures } from './own-figures.ts';
import { pairedDifference } from './paired-difference.ts';
import type { ProblemSums } from './problem-sums.ts';
import type { TimeHistogram } from './time-histogram.ts';

/** What a row of a line says of its place in it. */
export interface LineRow {
  runId: string;
  seq: number;
  at: Date;
  ownProblems: ProblemSums;
  ownTimes: TimeHistogram;
  totalProblems: ProblemSums;
  totalTimes: TimeHistogram;
}

export interface Change {
  points: number;
  p: number;
}

type Own = Pick<OwnFigures, 'problems' | 'times'>;
type Placed = Omit<LineRow, 'runId'> & { change: Change | undefined };

/** The row that follows the last one of a line, if there is one. A clock that ran back does not undo the order. */
export function nextRow(
  last: Omit<LineRow, 'runId'> | undefined,
  own: Own,
  finishedAt: Date,
  clusterOfProblem?: readonly unknown[],
): Placed {
  return {
    seq: (last?.seq ?? 0) + 1,
    at: last && last.at > finishedAt ? last.at : finishedAt,
    ownProblems: own.problems,
    ownTimes: own.times,
    totalProblems: last ? plus(last.totalProblems, own.problems) : own.problems,
    totalTimes: last ? plus(last.totalTimes, own.times) : own.times,
    change: changeSince(last, own.problems, clusterOfProblem),
  };
}

interface Rewriting {
  /** The row before the one of the run, where there is one. */
  before: LineRow | undefined;
  /** The row of the run and all that follow, in their order. */
  rows: readonly LineRow[];
  /** Absent when the run does not count any more. */
  own: Own | undefined;
}

/** The rows as they are when a run of the line ended again, which keeps its place; without its own when it counts no more. */
export function rewrittenRows(
  { before, rows, own }: Rewriting,
  clusterOfProblem?: readonly unknown[],
): (Placed & { runId: string })[] {
  const [first, ...later] = rows;
  if (!first) return [];
  const added = { problems: own?.problems ?? new Int32Array(), times: own?.times ?? new Int32Array() };
  const [problems, times] = [minus(added.problems, first.ownProblems), minus(added.times, first.ownTimes)];
  const renewed = own ? [{ ...first, ownProblems: own.problems, ownTimes: own.times }] : [];
  let previous = before;
  return [...renewed, ...later].map((row) => {
    const change = changeSince(previous, row.ownProblems, clusterOfProblem);
    previous = row;
    return {
      ...row,
      totalProblems: plus(row.totalProblems, problems),
      totalTimes: plus(row.totalTimes, times),
      change,
    };
  });
}

function changeSince(
  previous: Pick<LineRow, 'ownProblems'> | undefined,
  problems: ProblemSums,
  clusterOfProblem: readonly unknown[] | undefined,
): Change | undefined {
  const found = previous && pairedDifference(previous.ownProblems, problems, clusterOfProblem);
  return found && { points: 100 * found.difference, p: found.p };
}
