import type { Tx } from '../../../platform/db/database.ts';
import { ingestRepository, type Hold, type Progress } from './repository.ts';
import type { Door } from './scope.ts';

/** Somebody else goes on with the ingest, or it was ended: whoever hears this stops. */
export class HoldLost extends Error {
  override name = 'HoldLost';
}

/** An ingest in somebody's hands: what is written for it is written only while it is in them. */
export interface Held {
  hold: Hold;
  write: <T>(progress: Progress, work?: (tx: Tx) => Promise<T>) => Promise<T | undefined>;
}

export const held = (door: Door, hold: Hold): Held => ({
  hold,
  write: (progress, work) =>
    door(async (tx) => {
      // First, since it also locks the row: whoever else would take the ingest up waits until this is written.
      if (!(await ingestRepository.progress(tx, hold, progress))) throw new HoldLost();
      return work?.(tx);
    }),
});
