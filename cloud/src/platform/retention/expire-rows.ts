import { dayMs } from '../day.ts';
import type { Database, ProjectTx } from '../db/database.ts';
import { untilNoneIsLeft } from '../until-none-is-left.ts';
import { agingRepository, type AgingTable } from './repository.ts';

/** What who expires something must be given. */
export interface ExpireOptions {
  database: Pick<Database, 'asProject' | 'asSystem'>;
  signal?: AbortSignal | undefined;
  /** Of a transaction: others get their turn in between. */
  rowsAtOnce?: number;
  /** Part of each transaction in which rows of a project went. */
  onRemoved?: (tx: ProjectTx) => Promise<void>;
}

/** Deletes rows that are older than so many days, project by project; resolves with how many. */
export async function expireRows(
  table: AgingTable,
  keptDays: number,
  { database, signal, rowsAtOnce = 1_000, onRemoved = async () => undefined }: ExpireOptions,
): Promise<number> {
  const { before, projectIds } = await database.asSystem(async (tx) => {
    const cut = new Date(tx.now.getTime() - keptDays * dayMs);
    return { before: cut, projectIds: await agingRepository.projectsWithOlder(tx, table, cut) };
  });
  let deleted = 0;
  for (const projectId of projectIds) {
    deleted += await untilNoneIsLeft(signal, () =>
      database.asProject(projectId, async (tx) => {
        const removed = await agingRepository.removeOldest(tx, table, before, rowsAtOnce);
        if (removed > 0) await onRemoved(tx);
        return removed;
      }),
    );
  }
  return deleted;
}
