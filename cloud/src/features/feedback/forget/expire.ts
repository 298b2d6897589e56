import { dayMs } from '../../../platform/day.ts';
import { expireRows, type ExpireOptions } from '../../../platform/retention/expire-rows.ts';
import { untilNoneIsLeft } from '../../../platform/until-none-is-left.ts';
import { forgetRepository } from './repository.ts';

const keptDays = 365;
/** What a comparison with last year still needs stays. */
const survivalDays = 400;

/** Deletes corrections that came more than so many days ago, unless guidance rests on them; resolves with how many. */
export async function expireCorrections({
  database,
  signal,
  rowsAtOnce = 500,
  onRemoved = async () => undefined,
}: ExpireOptions): Promise<number> {
  const { before, projectIds } = await database.asSystem(async (tx) => {
    const cut = new Date(tx.now.getTime() - keptDays * dayMs);
    return { before: cut, projectIds: await forgetRepository.projectsWithOlder(tx, cut) };
  });
  let deleted = 0;
  for (const projectId of projectIds)
    deleted += await untilNoneIsLeft(signal, () =>
      database.asProject(projectId, async (tx) => {
        const removed = await forgetRepository.removeOldest(tx, before, rowsAtOnce);
        if (removed > 0) await onRemoved(tx);
        return removed;
      }),
    );
  return deleted;
}

export const expireSurvivals = (options: ExpireOptions) => expireRows('feedback_survival', survivalDays, options);
