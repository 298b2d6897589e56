import type { Database } from '../../../platform/db/database.ts';
import { keptFrom, type KeptDays } from './kept.ts';
import { exposureRepository } from './repository.ts';
import { untilNoneIsLeft } from '../../../platform/until-none-is-left.ts';

interface Options {
  database: Pick<Database, 'asProject' | 'asSystem'>;
  keep: KeptDays;
  signal?: AbortSignal | undefined;
  rowsAtOnce?: number;
}

/**
 * Deletes entries that have had their time and are rolled up, with the units not seen since; the counts by hour stay.
 * Resolves with the batches deleted.
 */
export async function expireExposures({ database, keep, signal, rowsAtOnce = 1_000 }: Options): Promise<number> {
  const { before, projectIds } = await database.asSystem(async (tx) => {
    const cut = keptFrom(keep, tx.now).units;
    return { before: cut, projectIds: await exposureRepository.projectsToExpire(tx, cut) };
  });
  let deleted = 0;
  for (const projectId of projectIds) {
    deleted += await untilNoneIsLeft(signal, () =>
      database.asProject(projectId, async (tx) => {
        const batchIds = await exposureRepository.claimExpired(tx, before, rowsAtOnce);
        if (batchIds.length > 0) await exposureRepository.expire(tx, batchIds, before);
        return batchIds.length;
      }),
    );
  }
  return deleted;
}

/** Deletes counts by hour that have had their time. When a flag was last exposed stays known. Resolves with their number. */
export async function expireUsage({ database, keep, signal, rowsAtOnce = 5_000 }: Options): Promise<number> {
  const { before, projectIds } = await database.asSystem(async (tx) => ({
    before: keptFrom(keep, tx.now).counts,
    projectIds: await exposureRepository.projectsWithCounts(tx),
  }));
  let deleted = 0;
  for (const projectId of projectIds) {
    deleted += await untilNoneIsLeft(signal, () =>
      database.asProject(projectId, (tx) => exposureRepository.expireCounts(tx, before, rowsAtOnce)),
    );
    if (!signal?.aborted) await database.asProject(projectId, (tx) => exposureRepository.forgetStrangers(tx, before));
  }
  return deleted;
}
