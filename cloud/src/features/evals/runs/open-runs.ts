import { WhetstoneError } from '@whetstone/shared/errors';
import type { ProjectTx } from '../../../platform/db/database.ts';
import { lockProject } from '../../../platform/db/lock-project.ts';
import type { RunPurpose } from './start-run.ts';
import { startRepository } from './start/repository.ts';

/** Each has a message under way at least, of which a server works on 50 at a time: a hundred keep two servers busy. */
export const mostOpenRuns = 100;

/** What people, agents and schedules ask for. What reruns and bisects start is bounded by how many of these there are. */
const counted: readonly RunPurpose[] = ['run', 'scheduled'];

/** Refuses one more run that is queued or running than a project may have. */
export async function holdToOpenRuns(tx: ProjectTx, purpose: RunPurpose): Promise<void> {
  if (!counted.includes(purpose)) return;
  // Two that start at once must not both fit.
  await lockProject(tx);
  if ((await startRepository.openCount(tx, counted)) < mostOpenRuns) return;
  throw new WhetstoneError(
    'rate_limited',
    `${mostOpenRuns} runs of this project are queued or running, as many as it may have at a time: wait until one has ended, or cancel one`,
  );
}
