import { WhetstoneError } from '@whetstone/shared/errors';
import type { ProjectTx } from '../../../platform/db/database.ts';
import { lockProject } from '../../../platform/db/lock-project.ts';
import { bisectRepository } from './repository.ts';

/** Each has up to four runs under way: ten leave others half of the workers of a server. */
export const mostActiveBisects = 10;

/** Refuses one more bisect that is under way than a project may have. */
export async function holdToActive(tx: ProjectTx): Promise<void> {
  // Two that start at once must not both fit.
  await lockProject(tx);
  if ((await bisectRepository.activeCount(tx)) < mostActiveBisects) return;
  throw new WhetstoneError(
    'rate_limited',
    `${mostActiveBisects} bisects of this project are under way, as many as it may have at a time: wait until one has ended, or cancel one`,
  );
}
