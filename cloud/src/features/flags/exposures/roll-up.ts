import type { Database } from '../../../platform/db/database.ts';
import { exposureRepository } from './repository.ts';
import { untilNoneIsLeft } from '../../../platform/until-none-is-left.ts';

interface Options {
  database: Pick<Database, 'asProject' | 'asSystem'>;
  /** Ends the work after the transaction under way. */
  signal?: AbortSignal | undefined;
  /** Entries a transaction takes, to the next whole batch: the embedded engine answers nobody else meanwhile. */
  entriesAtOnce?: number;
}

/**
 * Counts what has come in since into hours and units. Counts and the mark on the batch are one transaction: a crash
 * leaves both or neither, and whoever runs it at the same moment takes other batches. Resolves with the batches counted.
 */
export async function rollUpExposures({ database, signal, entriesAtOnce = 1_000 }: Options): Promise<number> {
  let counted = 0;
  for (const projectId of await database.asSystem(exposureRepository.projectsToRollUp)) {
    counted += await untilNoneIsLeft(signal, () =>
      database.asProject(projectId, async (tx) => {
        const batchIds = await exposureRepository.claimPending(tx, entriesAtOnce);
        if (batchIds.length > 0) await exposureRepository.rollUp(tx, batchIds);
        return batchIds.length;
      }),
    );
  }
  return counted;
}
