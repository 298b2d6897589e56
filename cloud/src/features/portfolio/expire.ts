import { dayMs } from '../../platform/day.ts';
import type { Database } from '../../platform/db/database.ts';
import { untilNoneIsLeft } from '../../platform/until-none-is-left.ts';
import { outcomeRepository } from './repository.ts';

interface Options {
  database: Pick<Database, 'asProject' | 'asSystem'>;
  olderThanDays?: number;
  signal?: AbortSignal | undefined;
  outcomesAtOnce?: number;
}

/** Deletes outcomes that ended more than so many days ago: by default what a comparison with last year still needs stays. */
export async function expireOutcomes({ database, olderThanDays = 400, signal, outcomesAtOnce = 1_000 }: Options) {
  const { before, projectIds } = await database.asSystem(async (tx) => {
    const cut = new Date(tx.now.getTime() - olderThanDays * dayMs);
    return { before: cut, projectIds: await outcomeRepository.projectsToExpire(tx, cut) };
  });
  let deleted = 0;
  for (const projectId of projectIds) {
    deleted += await untilNoneIsLeft(signal, () =>
      database.asProject(projectId, (tx) => outcomeRepository.expire(tx, before, outcomesAtOnce)),
    );
  }
  return deleted;
}
