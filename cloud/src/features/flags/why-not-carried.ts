import type { ProjectTx } from '../../platform/db/database.ts';
import { flagView } from './flag-view.ts';
import { flagRepository } from './repository.ts';

/**
 * What other slices ask of a flag and variant that are to be rolled back if what they carry does harm: why there would be
 * nothing to roll back; undefined when there would.
 */
export async function whyNotCarried(
  tx: ProjectTx,
  { key, variant }: { key: string; variant: string },
): Promise<string | undefined> {
  const row = await flagRepository.find(tx, key);
  if (!row) return `no flag is called "${key}"`;
  if (row.archivedAt) return `the flag "${key}" is archived`;
  if (!Object.hasOwn(flagView(row).variants, variant)) return `the flag "${key}" has no variant "${variant}"`;
  return undefined;
}
