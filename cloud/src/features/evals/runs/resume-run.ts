import { invalidField, WhetstoneError } from '@whetstone/shared/errors';
import type { ProjectTx } from '../../../platform/db/database.ts';
import { holdReopened } from './daily-budget.ts';
import { endRepository } from './end/repository.ts';
import { holdToOpenRuns } from './open-runs.ts';
import { doneOf, gradedOf } from './progress.ts';
import type { ListedRun } from './repository.ts';
import type { RunLimits } from './run-limits.ts';

interface Dependencies {
  limitsOf: (tx: ProjectTx) => Promise<RunLimits>;
  sendShards: (tx: ProjectTx, runId: string) => Promise<void>;
  sendFinish: (tx: ProjectTx, runId: string) => Promise<void>;
}

/** Goes on with what has no verdict yet. */
export async function resumeRun(
  tx: ProjectTx,
  run: ListedRun,
  budgetUsd: number | undefined,
  { limitsOf, sendShards, sendFinish }: Dependencies,
): Promise<void> {
  const { id, status, sampleCount } = run;
  if (status === 'queued' || status === 'running')
    throw new WhetstoneError('conflict', `the run is ${status}: it goes on anyway`);
  if (status === 'completed' && gradedOf(run) === sampleCount && doneOf(run) === sampleCount)
    throw new WhetstoneError('conflict', 'every sample of the run has its verdict: there is nothing to go on with');
  if (!(await endRepository.hasParts(tx, id)))
    throw new WhetstoneError(
      'conflict',
      'its answers and results are not kept any more (keepDays of the settings): start a new run',
    );
  if (budgetUsd !== undefined && !(await endRepository.isPriced(tx, id)))
    throw invalidField(
      'budgetUsd',
      `nobody knows what an answer of ${run.subjectLabel} costs, so no budget can be kept`,
    );
  await holdToOpenRuns(tx, run.purpose);
  const open = await endRepository.reopen(tx, id, budgetUsd);
  // By now it counts among those under way, with the budget it has from here on.
  if (open === 0) return sendFinish(tx, id);
  await holdReopened(tx, await limitsOf(tx), await endRepository.leftUsd(tx, id));
  await sendShards(tx, id);
}
