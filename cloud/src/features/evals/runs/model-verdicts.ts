import type { Dataset, Problem } from '@whetstone/evals';
import { WhetstoneError } from '@whetstone/shared/errors';
import type { Database } from '../../../platform/db/database.ts';
import type { LoadByName } from '../executor/datasets.ts';
import { countingPurposes } from '../regressions/counts.ts';
import type { EndedRun } from './ended-run.ts';
import { runRepository } from './repository.ts';
import { jobScope } from './run-scope.ts';
import type { RunPurpose } from './start-run.ts';

interface Dependencies {
  database: Pick<Database, 'asProject'>;
  load: LoadByName;
}

/**
 * Whether a run says how good a model is. Reruns ask what has just failed, steps of a bisect and runs of gates ask with what may be
 * broken; recorded answers and commands are nobody's model.
 */
export const isOfModel = ({ purpose, request }: Pick<EndedRun, 'purpose' | 'request'>): boolean =>
  request.subject.kind === 'model' && (countingPurposes as readonly RunPurpose[]).includes(purpose);

/**
 * What the model of an ended run made of its problems: of each the first sample, where there is a verdict; trouble of the
 * infrastructure and what was not asked say nothing. In the order of the data set, behind a place.
 */
export const modelVerdicts =
  ({ database, load }: Dependencies) =>
  async (projectId: string, runId: string, { after, limit }: { after: number; limit: number }) => {
    const found = await database.asProject(projectId, async (tx) => {
      const run = await runRepository.find(tx, runId);
      if (!run?.finishedAt || !isOfModel(run) || run.request.subject.kind !== 'model') return undefined;
      return {
        run,
        model: run.request.subject.model,
        finishedAt: run.finishedAt,
        ids: (await runRepository.dataset(tx, run.datasetId))!.problemIds,
        results: await runRepository.firstVerdicts(tx, runId, { after, limit }),
      };
    });
    if (!found) return undefined;
    const { run, model, finishedAt, ids, results } = found;
    const dataset = await load(jobScope(database, projectId), run.dataset, run.datasetSha256).catch(whenGone);
    const problems = new Map(dataset?.problems.map((problem) => [problem.id, problem]));
    return {
      dataset: run.dataset,
      model,
      finishedAt,
      verdicts: results.map(({ problem, status, costUsd, inputTokens, outputTokens, timeMs }) => ({
        problemId: ids[problem]!,
        passed: status === 'passed',
        costUsd,
        inputTokens,
        outputTokens,
        timeMs,
        ...kindOf(problems.get(ids[problem]!)),
      })),
      next: results.length < limit ? undefined : results.at(-1)!.problem,
    };
  };

/** Then nobody knows any more what kind of problems they were. */
function whenGone(error: unknown): Dataset | undefined {
  if (error instanceof WhetstoneError && error.code === 'not_found') return undefined;
  throw error;
}

function kindOf(problem: Problem | undefined): { language: string | undefined; taskType: string | undefined } {
  switch (problem?.kind) {
    case undefined:
      return { language: undefined, taskType: undefined };
    case 'function':
      return { language: problem.language, taskType: 'function' };
    case 'repo':
      return { language: problem.language, taskType: problem.type };
    case 'swe-bench':
      return { language: 'python', taskType: 'bugfix' };
  }
}
