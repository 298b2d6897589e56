import type { OutcomeRecord } from '@whetstone/shared/contract';
import { WhetstoneError } from '@whetstone/shared/errors';
import { v7 as uuidv7 } from 'uuid';
import { believableInstant } from '../../../platform/believable-instant.ts';
import type { ProjectTx } from '../../../platform/db/database.ts';
import { identityOf } from '../identity.ts';
import { outcomeRepository } from './repository.ts';

/** What a slice may say of an attempt; the members and their units are those of `POST /api/portfolio/record`. */
export type NewOutcome = Omit<OutcomeRecord, 'success' | 'outcome' | 'taskType' | 'timeMs'> & {
  taskType?: OutcomeRecord['taskType'] | undefined;
  timeMs?: OutcomeRecord['timeMs'] | undefined;
  /** Which operation it came by. */
  source: 'portfolio' | 'eval';
  outcome: NonNullable<OutcomeRecord['outcome']>;
  /** Of what it was told with: then that is the record, and this one belongs to it alone. */
  submissionId?: string;
};

/**
 * The one way into the outcome table, for this slice and for those that `app.ts` hands it to. The same record sent again
 * is stored once; another one under the same task and attempt is a conflict.
 */
export async function storeOutcome(tx: ProjectTx, outcome: NewOutcome): Promise<{ id: string; recorded: boolean }> {
  const at = believableInstant(outcome.at, tx.now);
  const identity = identityOf(outcome);
  const id = uuidv7({ msecs: tx.now.getTime() });
  if (await outcomeRepository.insert(tx, { ...outcome, ...identity, id, at })) return { id, recorded: true };
  const known = await outcomeRepository.findByKey(tx, identity.naturalKey!);
  if (known.contentHash.equals(identity.contentHash)) return { id: known.id, recorded: false };
  const { taskId, attempt } = outcome;
  const message = `attempt ${attempt} of the task "${taskId}" is recorded already, with other content: count the attempts of a task up, or leave attempt away`;
  throw new WhetstoneError('conflict', message, { extra: { recordedId: known.id } });
}
