import type { Flag, FlagAction, HistoryActor } from '@whetstone/shared/contract';
import type { ProjectTx } from '../../../platform/db/database.ts';
import type { Events } from '../../../platform/events/events.ts';
import { flagEvent } from '../flag-event.ts';
import { flagView } from '../flag-view.ts';
import type { FlagRow } from '../repository.ts';
import { historyRepository } from './repository.ts';

export interface RecordedChange {
  /** The flag as it was just written. */
  row: FlagRow;
  action: FlagAction;
  actor: HistoryActor;
  reason?: string | undefined;
}

/**
 * Ends a change of a flag, in its transaction: every server and every open stream learns of it with the commit, and the
 * history keeps who did it, why, and the flag as it is from then on.
 */
export const changeRecorder =
  ({ events }: { events: Pick<Events, 'append'> }) =>
  async (tx: ProjectTx, { row, action, actor, reason }: RecordedChange): Promise<Flag> => {
    const flag = flagView(row);
    const sequence = await events.append(tx, 'flags', flagEvent(flag));
    await historyRepository.insert(tx, { row, sequence, action, actor, reason });
    return flag;
  };

/** The product itself, by the part of it that acts. */
export const systemActor = (name: string): HistoryActor => ({ kind: 'system', id: null, name });
