import { timeRangeMs } from '@whetstone/shared/contract';
import { v5 as uuidv5 } from 'uuid';
import type { ProjectTx } from '../../../../platform/db/database.ts';
import { mostSubjects, type AskedBoard, type BoardFacts } from '../board-facts.ts';
import type { BoardLine } from '../board.ts';
import { groupedBy } from '../grouped-by.ts';
import { noProblems } from '../problem-sums.ts';
import { histogramOf } from '../time-histogram.ts';
import { binMsOf, trendOf } from '../trend.ts';
import { agentWorkRepository, type WorkGroup, type WorkSpan } from './repository.ts';

/** The name under which what agents submitted is a data set. */
export const agentWork = 'agent-work';

/**
 * The models that agents worked with, by what these told of it. Problems are known by their names alone, so pairs of models are
 * tested on the names that both have worked on.
 */
export async function agentBoard(tx: ProjectTx, { timeRange, taskType, kind }: AskedBoard): Promise<BoardFacts> {
  const rangeMs = timeRangeMs(timeRange);
  const asked = { since: new Date(tx.now.getTime() - rangeMs), taskType };
  const found = kind === undefined || kind === 'agent' ? await agentWorkRepository.models(tx, asked) : [];
  const models = found.slice(0, mostSubjects);
  const names = models.map(({ model }) => model);
  return {
    datasetSha256: null,
    problemCount: null,
    taskTypes: await agentWorkRepository.taskTypes(tx, asked.since),
    leftOut: found.length - models.length,
    stamp: [await agentWorkRepository.stamp(tx, asked), names],
    clusterOfProblem: undefined,
    async lines(later) {
      const groups = await agentWorkRepository.groups(later, asked, names);
      const spans = await agentWorkRepository.spans(later, asked, names, binMsOf(rangeMs));
      return agentLines(tx.projectId, models, groups, spans);
    },
  };
}

function agentLines(
  projectId: string,
  models: readonly { model: string; lastAt: Date; count: number }[],
  groups: readonly WorkGroup[],
  spans: readonly WorkSpan[],
): BoardLine[] {
  const places = new Map([...new Set(groups.map(({ problem }) => problem))].map((problem, place) => [problem, place]));
  const groupsOf = groupedBy(groups, ({ model }) => model);
  const spansOf = groupedBy(spans, ({ model }) => model);
  return models.map(({ model, lastAt, count }) => {
    const own = groupsOf.get(model) ?? [];
    const problems = noProblems(places.size);
    const times: [number, number][] = [];
    for (const { problem, bucket, passed, failed } of own) {
      const place = places.get(problem)!;
      problems[2 * place]! += passed;
      problems[2 * place + 1]! += passed + failed;
      if (bucket !== null) times.push([bucket, passed + failed]);
    }
    const sum = (of: (group: WorkGroup) => number) => own.reduce((total, group) => total + of(group), 0);
    return {
      subject: { id: subjectIdOf(projectId, model), kind: 'agent', label: model },
      problems,
      times: histogramOf(times),
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
