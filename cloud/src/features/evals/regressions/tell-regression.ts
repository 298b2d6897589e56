import type { WebhookEvent } from '@whetstone/shared/contract';
import type { Logger } from 'pino';
import type { ProjectTx } from '../../../platform/db/database.ts';
import type { Events } from '../../../platform/events/events.ts';
import { runRepository } from '../runs/repository.ts';
import { regressionView, type RegressionRow } from './regression.ts';

export interface Telling {
  events: Pick<Events, 'append'>;
  /** Has the webhooks told that want to hear of the event, when the transaction commits. */
  tell: (tx: ProjectTx, event: WebhookEvent, data: Record<string, unknown>) => Promise<void>;
  log: Pick<Logger, 'info' | 'warn'>;
}

export type TellRegression = (tx: ProjectTx, event: WebhookEvent, row: RegressionRow) => Promise<void>;

/**
 * Tells of what became of a regression: the project's log always, webhooks and the server's own log unless it is muted; that
 * a flag was changed in any case. Part of the transaction in which it became so, hence once.
 */
export const regressionTeller =
  ({ events, tell, log }: Telling): TellRegression =>
  async (tx, event, row) => {
    const { id, state, severity, dataset, subjectLabel, beforeRunId, afterRunId } = row;
    const { history: _, evidence, ...view } = regressionView(row);
    const brief = { regressionId: id, state, severity, dataset, subject: subjectLabel, beforeRunId, afterRunId };
    await events.append(tx, 'evals', { type: event, ...brief });
    const isMuted = row.mutedUntil !== null && row.mutedUntil > tx.now;
    if (isMuted && event !== 'rollback.done') return;
    await tell(tx, event, { ...view, ...brief, evidence: evidence && shortened(evidence) });
    // What is sample input is nobody's trouble.
    const isSample = (await runRepository.find(tx, afterRunId))?.purpose === 'seed';
    const dropPoints = evidence?.dropPoints ?? row.suspicion.dropPoints;
    tx.afterCommit(() => log[isSample ? 'info' : 'warn']({ ...brief, dropPoints }, event));
  };

/** A message names some problems; all of them stand in the regression. */
const shortened = ({ lost, gained, ...evidence }: NonNullable<RegressionRow['evidence']>) => ({
  ...evidence,
  lostCount: lost.length,
  gainedCount: gained.length,
  lost: lost.slice(0, 20),
  gained: gained.slice(0, 20),
});
