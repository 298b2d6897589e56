import { timeRangeMs } from '@whetstone/shared/contract';
import { v5 as uuidv5 } from 'uuid';
import type { ProjectTx } from '../../../../platform/db/database.ts';
import { mostSubjects, type AskedBoard, type BoardFacts } from '../board-facts.ts';
import type { BoardLine } from '../board.ts';
import { groupedBy } from '../../../../platform/grouped-by.ts';
import { noProblems } from '../problem-sums.ts';
import { histogramOf } from '../time-histogram.ts';
import { binMsOf, trendOf } from '../trend.ts';
import { commonProblems } from './common-problems.ts';
import { agentWorkRepository, type WorkGroup, type WorkSpan, type WorkTime } from './repository.ts';

/** The name under which what agents submitted is a data set. */
export const agentWork = 'agent-work';

/** What is read at once of what agents told; of more the newest, and the answer says so. */
const mostSubmissions = 50_000;

/**
 * The models that agents worked with, by what these told of it. Problems are known by their names alone, so pairs of models are
 * tested on the names that both have worked on: on the 1,000 that most models have, where there are more.
 */
export async function agentBoard(
  tx: ProjectTx,
  { timeRange, taskType, kind }: AskedBoard,
  atMost = mostSubmissions,
): Promise<BoardFacts> {
  const rangeMs = timeRangeMs(timeRange);
  const within = { since: new Date(tx.now.getTime() - rangeMs), taskType };
  const after = await agentWorkRepository.timeOfNewest(tx, within, atMost + 1);
  const asked = { ...within, after };
  const found = kind === undefined || kind === 'agent' ? await agentWorkRepository.models(tx, asked) : [];
  const models = found.slice(0, mostSubjects);
  const names = models.map(({ model }) => model);
  return {
    datasetSha256: null,
    problemCount: null,
    taskTypes: await agentWorkRepository.taskTypes(tx, within.since),
    leftOut: found.length - models.length,
    stamp: [after, await agentWorkRepository.stamp(tx, asked), names],
    clusterOfProblem: undefined,
    async lines(later) {
      const groups = await agentWorkRepository.groups(later, asked, names);
      const times = await agentWorkRepository.times(later, asked, names);
      const spans = await agentWorkRepository.spans(later, asked, names, binMsOf(rangeMs));
      return agentLines(models, { projectId: tx.projectId, groups, times, spans, after, atMost });
    },
  };
}

interface Told {
  projectId: string;
  groups: readonly WorkGroup[];
  times: readonly WorkTime[];
  spans: readonly WorkSpan[];
  /** What was told up to then was more than is read. */
  after: Date | undefined;
  atMost: number;
}

function agentLines(
  models: readonly { model: string; lastAt: Date; count: number }[],
  { projectId, groups, times, spans, after, atMost }: Told,
): BoardLine[] {
  const groupsOf = groupedBy(groups, ({ model }) => model);
  const timesOf = groupedBy(times, ({ model }) => model);
  const spansOf = groupedBy(spans, ({ model }) => model);
  const places = commonProblems(groups);
  const warnings = after
    ? [
        `of the time range only what came after ${after.toISOString()} is counted: ${atMost.toLocaleString('en')} submissions are read at once`,
      ]
    : [];
  return models.map(({ model, lastAt, count }) => {
    const own = groupsOf.get(model) ?? [];
    const comparable = noProblems(places.size);
    for (const { problem, passed, failed } of own) {
      const place = places.get(problem);
      if (place === undefined) continue;
      comparable[2 * place] = passed;
      comparable[2 * place + 1] = passed + failed;
    }
    const sum = (of: (group: WorkGroup) => number) => own.reduce((total, group) => total + of(group), 0);
    return {
      subject: { id: subjectIdOf(projectId, model), kind: 'agent', label: model },
      problems: Int32Array.from(own.flatMap(({ passed, failed }) => [passed, passed + failed])),
      comparable,
      warnings,
      times: histogramOf((timesOf.get(model) ?? []).map(({ bucket, samples }) => [bucket, samples])),
      counts: {
        passed: sum(({ passed }) => passed),
        failed: sum(({ failed }) => failed),
        error: 0,
        timeout: 0,
        skipped: 0,
      },
      runs: count,
      answered: sum(({ passed, failed }) => passed + failed),
      unpriced: sum(({ unpriced }) => unpriced),
      costUsd: sum(({ costUsd }) => costUsd),
      lastRunId: null,
      lastRunAt: lastAt,
      change: undefined,
      openRegressionId: null,
      trend: trendOf((spansOf.get(model) ?? []).map(binOf), new Map(), new Set()),
    };
  });
}

/** A problem that came up again and again within a span counts once for its certainty: how alike its outcomes are is not known. */
const binOf = ({ at, passed, failed, problems, unpriced, costUsd }: WorkSpan) => ({
  runs: passed + failed,
  at,
  runId: null,
  markedRunId: null,
  buildId: '',
  commit: null,
  passed,
  failed,
  error: 0,
  timeout: 0,
  skipped: 0,
  effectiveN: problems,
  answered: passed + failed,
  unpriced,
  costUsd,
});

/** The same for a model of a project whenever it is asked for: models have no rows. */
const subjectIdOf = (projectId: string, model: string) => uuidv5(model, projectId);
