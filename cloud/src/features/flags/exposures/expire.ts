import { longestUsageDays } from '@whetstone/shared/contract';
import { dayMs } from '../../../platform/day.ts';
import type { Database } from '../../../platform/db/database.ts';
import { exposureRepository } from './repository.ts';
import { untilNoneIsLeft } from './until-none-is-left.ts';

interface Options {
  database: Pick<Database, 'asProject' | 'asSystem'>;
  olderThanDays?: number;
  signal?: AbortSignal | undefined;
  entriesAtOnce?: number;
}

/**
 * Deletes entries that came in more than so many days ago and are rolled up, with the units not seen since; the counts by
 * hour stay. Whole UTC days, as usage counts them. Resolves with the batches deleted.
 */
export async function expireExposures({ database, olderThanDays = 90, signal, entriesAtOnce = 1_000 }: Options) {
  if (olderThanDays < longestUsageDays) {
    throw new RangeError(`exposures are kept for at least the ${longestUsageDays} days that usage counts units over`);
  }
  const { before, projectIds } = await database.asSystem(async (tx) => {
    const cutMs = tx.now.getTime() - olderThanDays * dayMs;
    const cut = new Date(cutMs - (cutMs % dayMs));
    return { before: cut, projectIds: await exposureRepository.projectsToExpire(tx, cut) };
  });
  let deleted = 0;
  for (const projectId of projectIds) {
    deleted += await untilNoneIsLeft(signal, () =>
      database.asProject(projectId, async (tx) => {
        const batchIds = await exposureRepository.claimExpired(tx, before, entriesAtOnce);
        if (batchIds.length > 0) await exposureRepository.expire(tx, batchIds, before);
        return batchIds.length;
      }),
    );
  }
  return deleted;
}
