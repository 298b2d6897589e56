import { guidanceFlag } from '@whetstone/shared/feedback';
import { WhetstoneError } from '@whetstone/shared/errors';
import type { Database, ProjectTx } from '../../platform/db/database.ts';
import { nameOf } from './guidance-row.ts';
import { guidanceRepository } from './repository.ts';

export interface WatchDoors {
  database: Pick<Database, 'asProject'>;
  /** The experiment of a flag by how often work was corrected: what it says of each variant against the hold-out. */
  corrected: (tx: ProjectTx, flag: string) => Promise<{ variant: string; state: string; text: string }[]>;
  /** Takes a variant from everybody; said again with the same words it does nothing. */
  rollBackVariant: (
    projectId: string,
    rollback: { key: string; variant: string; reason: string; once: string },
  ) => Promise<unknown>;
}

/**
 * Takes a version from everybody whose work is corrected more often than that of those held out. The test may be looked at as often
 * as one likes (see experiments), and a version is taken back once for it: who brings it back in spite of it has the last word.
 */
export async function watchLive(projectId: string, { database, corrected, rollBackVariant }: WatchDoors) {
  const worse = await database.asProject(projectId, async (tx) => {
    const released = (await guidanceRepository.served(tx)).filter(({ status }) => status === 'released');
    if (released.length === 0) return [];
    const versions = new Set(released.map(({ number }) => nameOf(number)));
    const found = await corrected(tx, guidanceFlag).catch(whenNothingIsKnown);
    return found.filter(({ variant, state }) => state === 'worse' && versions.has(variant));
  });
  for (const { variant, text } of worse)
    await rollBackVariant(projectId, {
      key: guidanceFlag,
      variant,
      reason: text.slice(0, 300),
      once: `live corrections of ${variant}`,
    });
}

function whenNothingIsKnown(error: unknown) {
  if (error instanceof WhetstoneError) return [];
  throw error;
}
