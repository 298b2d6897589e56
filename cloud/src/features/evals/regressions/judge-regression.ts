import { isRechecked, judge, type PairedProblem } from '@whetstone/shared/stats';
import type { ProjectTx } from '../../../platform/db/database.ts';
import { runRepository, type DatasetRow, type RunRow } from '../runs/repository.ts';
import { settingsRepository } from '../settings/repository.ts';
import { pooledArm } from './arms.ts';
import type { Evidence, RegressionRow } from './regression.ts';
import { regressionRepository } from './repository.ts';
import type { TellRegression } from './tell-regression.ts';

interface Dependencies {
  tellRegression: TellRegression;
  sendRollback: (tx: ProjectTx, regressionId: string) => Promise<unknown>;
  /** Has the runs looked at that ended while it was undecided, and would have been compared with what was not decided. */
  lookAfter: (tx: ProjectTx, run: RunRow) => Promise<unknown>;
  /** Keeps the steps of a flag's plan that are left from coming into force. */
  holdPlan: (tx: ProjectTx, regression: RegressionRow) => Promise<unknown>;
  askGates: (tx: ProjectTx, flagKey: string) => Promise<unknown>;
}

const isOver = ({ status }: RunRow) => status !== 'queued' && status !== 'running';

/** Decides once both reruns are over: whoever comes first finds the other still running, and whoever comes late nothing to do. */
export const judgeRegression =
  ({ tellRegression, sendRollback, lookAfter, holdPlan, askGates }: Dependencies) =>
  async (tx: ProjectTx, id: string): Promise<void> => {
    const regression = await regressionRepository.lock(tx, id);
    // A rerun that was cancelled can be resumed, and ends again.
    if (!regression || !['confirming', 'unconfirmed'].includes(regression.state)) return;
    const { beforeRerunId, afterRerunId } = regression;
    if (beforeRerunId === null || afterRerunId === null) return;
    const find = async (runId: string) => (await runRepository.find(tx, runId))!;
    const reruns = { before: await find(beforeRerunId), after: await find(afterRerunId) };
    if (!isOver(reruns.before) || !isOver(reruns.after)) return;
    const first = { before: await find(regression.beforeRunId), after: await find(regression.afterRunId) };

    const unfinished = [reruns.before, reruns.after].find(({ status }) => status !== 'completed');
    if (unfinished) {
      if (regression.state === 'unconfirmed') return;
      const reason = `the rerun ${unfinished.id} ${unfinished.status === 'cancelled' ? 'was cancelled' : `failed: ${unfinished.failure ?? 'no reason given'}`}`;
      const change = { state: 'unconfirmed', severity: 'warning', reason } as const;
      const entry = { by: 'regressions', what: `unconfirmed: ${reason}` };
      await tellRegression(tx, 'regression.alert', await regressionRepository.change(tx, regression, change, entry));
      return void (await lookAfter(tx, first.after));
    }

    const settings = await settingsRepository.of(tx);
    const dataset = (await runRepository.dataset(tx, regression.datasetId))!;
    const runs = [first.before, reruns.before, first.after, reruns.after];
    const outcomes = await runRepository.outcomes(
      tx,
      runs.map((run) => run.id),
    );
    const of = (run: RunRow) => ({ run, outcomes: outcomes.get(run.id)! });
    const before = pooledArm([of(first.before), of(reruns.before)]);
    const after = pooledArm([of(first.after), of(reruns.after)]);
    const clusterOf = clustering(dataset);
    const judged = judge(before, after, settings, {
      isOldRechecked:
        reruns.before.skipped === 0 &&
        isRechecked({ before: outcomes.get(beforeRerunId)!, after: outcomes.get(afterRerunId)! }, settings),
      ...(clusterOf && { clusterOf }),
    });
    const { severity, lost, gained, ...figures } = judged;
    const named = (pairs: PairedProblem[]) =>
      pairs.map(({ problem, ...rates }) => ({ problemId: dataset.problemIds[problem]!, ...rates }));
    const evidence: Evidence = {
      ...figures,
      before: before.view,
      after: after.view,
      lost: named(lost),
      gained: named(gained),
    };
    const state = severity === null ? 'cleared' : 'alert';
    const what = `${severity ?? 'cleared'}: ${judged.dropPoints.toFixed(1)} points over ${judged.problems} problems, p = ${judged.p.toPrecision(2)}`;
    const change = { state, severity, evidence, reason: null } as const;
    const row = await regressionRepository.change(tx, regression, change, { by: 'regressions', what });
    await tellRegression(tx, severity === null ? 'regression.cleared' : 'regression.alert', row);
    if (severity === null && row.flagKey !== null) await askGates(tx, row.flagKey);
    if (severity !== null) {
      await holdPlan(tx, row);
      await sendRollback(tx, id);
    }
    await lookAfter(tx, first.after);
  };

/** `undefined` where all problems are independent of each other. */
function clustering({ clusters, problemIds }: DatasetRow): ((problem: number) => unknown) | undefined {
  if (!clusters) return undefined;
  return (problem) => clusters[problemIds[problem] ?? ''] ?? problem;
}
