import type { PortfolioSettings } from '@whetstone/shared/contract';
import { trialStanding } from '@whetstone/shared/portfolio';
import type { ProjectTx } from '../../../../platform/db/database.ts';
import { trialRepository } from './repository.ts';

type Trial = PortfolioSettings['trial'];

export interface TrialChange {
  before: Trial;
  after: Trial;
  margin: number;
}

/** Two other models are another trial, which ends the one before. Its share and length may change while it runs. */
export async function startTrial(tx: ProjectTx, { before, after, margin }: TrialChange): Promise<void> {
  if (before && after && before.challenger === after.challenger && before.incumbent === after.incumbent) return;
  await trialRepository.endRunning(tx);
  if (after) await trialRepository.insert(tx, after, trialStanding([], { margin, maxTasks: after.maxTasks }));
}
