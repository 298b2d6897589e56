import type { EvalRunRequest } from '@whetstone/shared/contract';
import { WhetstoneError, type ErrorCode } from '@whetstone/shared/errors';
import type { Database, ProjectTx } from '../../../platform/db/database.ts';
import { jobScope } from '../runs/run-scope.ts';
import { runRepository, type RunRow } from '../runs/repository.ts';
import type { PreparedRun, PrepareRun } from '../runs/start-run.ts';
import { settingsRepository } from '../settings/repository.ts';
import { lineRepository } from './lines/repository.ts';
import type { RegressionRow } from './regression.ts';
import { regressionRepository } from './repository.ts';
import { rerunRequest } from './rerun-request.ts';
import type { TellRegression } from './tell-regression.ts';

interface Dependencies {
  database: Pick<Database, 'asProject'>;
  prepare: PrepareRun;
  tellRegression: TellRegression;
  /** Has the runs looked at that ended meanwhile. */
  lookAfter: (tx: ProjectTx, run: RunRow) => Promise<unknown>;
}

/** Has all problems run again on both arms, once, within the budget; where that cannot be, the suspicion stays unconfirmed. */
export const startReruns =
  ({ database, prepare, tellRegression, lookAfter }: Dependencies) =>
  async (projectId: string, id: string): Promise<void> => {
    const wanted = await database.asProject(projectId, async (tx) => {
      const regression = await regressionRepository.find(tx, id);
      if (regression?.state !== 'suspected') return undefined;
      const { rerunSamples, rerunBudgetUsd } = await settingsRepository.of(tx);
      const request = async (runId: string): Promise<EvalRunRequest | WhetstoneError> => {
        const run = (await runRepository.find(tx, runId))!;
        const dataset = (await runRepository.dataset(tx, run.datasetId))!;
        const answers = run.subjectKind === 'samples' ? await lineRepository.answers(tx, runId) : [];
        return expected(async () => rerunRequest({ run, dataset, answers, samplesPerProblem: rerunSamples }));
      };
      return {
        before: await request(regression.beforeRunId),
        after: await request(regression.afterRunId),
        rerunBudgetUsd,
      };
    });
    if (!wanted) return;

    // May read data sets and repositories: outside any transaction.
    const prepared = async (name: string, request: EvalRunRequest | WhetstoneError) => {
      const found =
        request instanceof WhetstoneError
          ? request
          : await expected(() => prepare(jobScope(database, projectId), request));
      return found instanceof WhetstoneError ? `${name} cannot be run again: ${found.message}` : found;
    };
    const before = await prepared('the old build', wanted.before);
    const after = await prepared('the new build', wanted.after);
    const refusal =
      typeof before === 'string'
        ? before
        : typeof after === 'string'
          ? after
          : overBudget([before, after], wanted.rerunBudgetUsd);

    if (refusal !== undefined || typeof before === 'string' || typeof after === 'string')
      return giveUp(refusal ?? 'no run can be prepared');
    const started = await expected(() => begin(before, after));
    if (started instanceof WhetstoneError) await giveUp(`the reruns cannot be started: ${started.message}`);

    function giveUp(reason: string): Promise<void> {
      return decide(async (tx, regression) => {
        const change = { state: 'unconfirmed', severity: 'warning', reason } as const;
        const entry = { by: 'regressions', what: `unconfirmed: ${reason}` };
        const row = await regressionRepository.change(tx, regression, change, entry);
        await tellRegression(tx, 'regression.alert', row);
        await lookAfter(tx, (await runRepository.find(tx, row.afterRunId))!);
      });
    }

    function begin(old: PreparedRun, now: PreparedRun): Promise<void> {
      return decide(async (tx, regression) => {
        const cause = { purpose: 'rerun', startedBy: 'regressions', parentId: id } as const;
        const beforeRerunId = await old.insert(tx, cause);
        const afterRerunId = await now.insert(tx, cause);
        for (const runId of [beforeRerunId, afterRerunId]) {
          const { datasetId } = (await runRepository.find(tx, runId))!;
          if (datasetId !== regression.datasetId)
            throw new WhetstoneError('conflict', `the data set "${regression.dataset}" has another content now`);
        }
        const change = { state: 'confirming', beforeRerunId, afterRerunId } as const;
        const what = `${old.sampleCount + now.sampleCount} samples are run again`;
        await regressionRepository.change(tx, regression, change, { by: 'regressions', what });
      });
    }

    /** Under the lock of the regression, while it is still to be decided: of two that come, one. */
    function decide(work: (tx: ProjectTx, regression: RegressionRow) => Promise<void>): Promise<void> {
      return database.asProject(projectId, async (tx) => {
        const regression = await regressionRepository.lock(tx, id);
        if (regression?.state === 'suspected') await work(tx, regression);
      });
    }
  };

/** What a person can act on; anything else, and what may pass by itself, is tried again. */
const expected = <T>(work: () => Promise<T>): Promise<T | WhetstoneError> =>
  work().catch((error: unknown) => {
    if (error instanceof WhetstoneError && !passing.includes(error.code)) return error;
    throw error;
  });

const passing: readonly ErrorCode[] = ['internal', 'unavailable', 'rate_limited'];

function overBudget(runs: PreparedRun[], rerunBudgetUsd: number): string | undefined {
  const worst = runs.map(({ worstCaseUsd }) => worstCaseUsd);
  const known = worst.reduce<number>((sum, usd) => sum + (usd ?? 0), 0);
  if (known <= rerunBudgetUsd) return undefined;
  return `running all problems again could cost $${known.toFixed(2)}, the budget of reruns is $${rerunBudgetUsd}`;
}
