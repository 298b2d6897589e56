import { WhetstoneError } from '@whetstone/shared/errors';
import { dayMs } from '../../../platform/day.ts';
import type { ProjectTx } from '../../../platform/db/database.ts';
import { lockProject } from '../../../platform/db/lock-project.ts';
import type { RunLimits } from './run-limits.ts';
import { startRepository } from './start/repository.ts';

/** Refuses a run with which the runs of a day (UTC) could come to more than the project's budget. */
export const holdToDailyBudget = (tx: ProjectTx, limits: RunLimits, mostUsd: number) =>
  hold(tx, limits, mostUsd, mostUsd);

/** The same for a run that is under way again, and stands among the others with what it may still pay. */
export const holdReopened = (tx: ProjectTx, limits: RunLimits, leftUsd: number) => hold(tx, limits, leftUsd, 0);

async function hold(tx: ProjectTx, { dailyBudgetUsd }: RunLimits, mostUsd: number, addedUsd: number) {
  if (dailyBudgetUsd === null || mostUsd === 0) return;
  if (mostUsd === Infinity)
    throw new WhetstoneError(
      'conflict',
      'the project has a daily budget, and nobody knows what an answer of this subject costs, so that it could not be kept',
    );
  // Two that start at once must not both fit.
  await lockProject(tx);
  const today = new Date(Math.floor(tx.now.getTime() / dayMs) * dayMs);
  const boundUsd = await startRepository.boundSince(tx, today);
  if (boundUsd + addedUsd <= dailyBudgetUsd + 1e-9) return;
  const tomorrow = new Date(today.getTime() + dayMs).toISOString();
  throw new WhetstoneError(
    'rate_limited',
    `today's runs may come to $${round(boundUsd + addedUsd - mostUsd)} of the project's $${dailyBudgetUsd}, and this one to $${round(mostUsd)}: it fits again at ${tomorrow} at the latest`,
  );
}

const round = (usd: number) => Number(usd.toFixed(4));
