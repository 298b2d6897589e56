import type { ProjectTx } from '../../../platform/db/database.ts';
import { settingsRepository } from '../settings/repository.ts';
import { lineRepository } from './lines/repository.ts';
import { regressionRepository } from './repository.ts';

interface Wish {
  flagKey: string;
  variants: string[];
  dataset: string;
  subjectId: string | undefined;
  /** Exclusive. */
  since: Date;
}

/** For the gates of rollout plans: the newest run that measured a variant of a flag, and whether it may be believed. */
export async function gateRun(tx: ProjectTx, wish: Wish) {
  const { agentRuns } = await settingsRepository.of(tx);
  const run = await lineRepository.measured(tx, { ...wish, onlyTrusted: agentRuns === 'told' });
  if (!run) return undefined;
  return {
    ...run,
    isDoubted: await regressionRepository.isDoubted(tx, { key: wish.flagKey, variants: wish.variants }),
  };
}
