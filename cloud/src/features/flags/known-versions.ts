import type { ProjectTx } from '../../platform/db/database.ts';
import { flagView } from './flag-view.ts';
import type { KnownVersions } from './experiments/sample-ratio.ts';
import { historyRepository } from './history/repository.ts';

/** Definitions may be large; who changes a flag more often than this has not run one experiment. */
const mostVersions = 100;

/** The versions of a flag that were in force since a time, by number: the newest `mostVersions`. */
export async function knownVersions(tx: ProjectTx, key: string, from: Date): Promise<KnownVersions> {
  const rows = await historyRepository.inForceSince(tx, key, from, mostVersions);
  return new Map(
    rows.map((row, i) => [
      row.version,
      { definition: flagView(row), sinceMs: row.updatedAt.getTime(), isCurrent: i === 0 },
    ]),
  );
}
