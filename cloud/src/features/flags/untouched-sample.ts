import type { ProjectTx } from '../../platform/db/database.ts';
import { demoFlags } from './demo-flags.ts';
import { flagView } from './flag-view.ts';
import { flagRepository } from './repository.ts';

/** Whether a flag is one of the samples, and still as it was made: nobody can rely on it. */
export async function isUntouchedSample(tx: ProjectTx, key: string): Promise<boolean> {
  const sample = demoFlags.find((flag) => flag.key === key);
  const flag = sample && (await flagRepository.find(tx, key));
  if (!flag || flag.archivedAt !== null || flag.version !== 1) return false;
  return flagView(flag).tags?.includes('sample') ?? false;
}
