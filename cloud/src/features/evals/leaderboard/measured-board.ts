import { timeRangeMs } from '@whetstone/shared/contract';
import type { ProjectTx } from '../../../platform/db/database.ts';
import { mostSubjects, type AskedBoard, type BoardFacts } from './board-facts.ts';
import type { BoardLine } from './board.ts';
import { minus } from './int32-bytes.ts';
import { scopeOf } from './lines-of-dataset.ts';
import { standingRepository, type LineEnds, type LineTotals, type TrendBin } from './repository.ts';
import { sumOfBins } from './sum-of-bins.ts';
import { binMsOf, mostTrendPoints, trendOf } from './trend.ts';

export interface BoardRegressions {
  /** Those that are open on a version of a data set: subject -> regression. */
  open(tx: ProjectTx, datasetId: string): Promise<ReadonlyMap<string, string>>;
  /** All that were ever found on it: run -> regression. */
  marks(tx: ProjectTx, datasetId: string): Promise<ReadonlyMap<string, string>>;
}

/**
 * The subjects that ran on the newest version of a data set that ran within the range. What each came to is the difference
 * between the row at the end of its line and the one before the range, however many runs lie between.
 */
export async function measuredBoard(
  tx: ProjectTx,
  { dataset: name, timeRange, kind, taskType = '' }: AskedBoard,
  regressions: BoardRegressions,
): Promise<BoardFacts> {
  const rangeMs = timeRangeMs(timeRange);
  const since = new Date(tx.now.getTime() - rangeMs);
  const dataset = await standingRepository.newestVersion(tx, name, since);
  if (!dataset) return nothing;
  const of = { datasetId: dataset.id, taskType };
  const found = await standingRepository.lines(tx, { ...of, since, kind, atMost: mostSubjects });
  const lines = found.slice(0, mostSubjects);
  const [open, marks] = [await regressions.open(tx, dataset.id), await regressions.marks(tx, dataset.id)];
  return {
    datasetSha256: dataset.sha256,
    problemCount: dataset.problemCount,
    taskTypes: Object.keys(dataset.taskTypes).toSorted(),
    leftOut:
      found.length > mostSubjects
        ? (await standingRepository.countLines(tx, { ...of, since, kind })) - mostSubjects
        : 0,
    stamp: [dataset.id, lines, [...open], [...marks]],
    clusterOfProblem: scopeOf(dataset, taskType).clusterOfProblem,
    async lines(later) {
      const ends = lines.flatMap(({ runId, beforeRunId }) => (beforeRunId === null ? [runId] : [runId, beforeRunId]));
      const totals = await standingRepository.totals(later, ends, taskType);
      const bins = await standingRepository.bins(later, {
        ...of,
        lines,
        marked: [...marks.keys()],
        mostPoints: mostTrendPoints,
        binMs: binMsOf(rangeMs),
      });
      const single = [...bins.values()].flatMap((of) => of.flatMap(({ runId }) => runId ?? []));
      const gone = single.length > 0 ? await standingRepository.gone(later, single) : new Set<string>();
      return lines.map((line) => boardLine(line, totals, bins.get(line.subjectId) ?? [], { open, marks, gone }));
    },
  };
}

const nothing: BoardFacts = {
  datasetSha256: null,
  problemCount: null,
  taskTypes: [],
  leftOut: 0,
  stamp: null,
  clusterOfProblem: undefined,
  lines: async () => [],
};

interface Found {
  open: ReadonlyMap<string, string>;
  marks: ReadonlyMap<string, string>;
  gone: ReadonlySet<string>;
}

function boardLine(
  line: LineEnds,
  totals: ReadonlyMap<string, LineTotals>,
  bins: readonly TrendBin[],
  { open, marks, gone }: Found,
): BoardLine {
  const { problems, times } = totals.get(line.runId) ?? noTotals;
  const before = line.beforeRunId === null ? noTotals : (totals.get(line.beforeRunId) ?? noTotals);
  return {
    subject: { id: line.subjectId, kind: line.kind, label: line.label },
    problems: minus(problems, before.problems),
    times: minus(times, before.times),
    ...sumOfBins(bins),
    lastRunId: line.isKept ? line.runId : null,
    lastRunAt: line.at,
    change:
      line.changePoints === null || line.changeP === null ? undefined : { points: line.changePoints, p: line.changeP },
    openRegressionId: open.get(line.subjectId) ?? null,
    trend: trendOf(bins, marks, gone),
  };
}

const noTotals: LineTotals = { problems: new Int32Array(), times: new Int32Array() };
