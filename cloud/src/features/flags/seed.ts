import { FlagDraft, ShortFlag } from '@whetstone/shared/contract';
import { expandShortFlag } from '@whetstone/shared/flags';
import type { Database } from '../../platform/db/database.ts';
import { demoFlags } from './demo-flags.ts';
import { flagRepository } from './repository.ts';

interface Seed {
  database: Pick<Database, 'asProject'>;
  projectId: string;
  /** Called once the flags are durable. */
  flagsChanged: (projectId: string) => void;
}

/** Puts the sample flags into a project that never had any, all or none. Resolves with the keys it made. */
export const seedFlags = ({ database, projectId, flagsChanged }: Seed): Promise<string[]> =>
  database.asProject(projectId, async (tx) => {
    tx.afterCommit(() => flagsChanged(projectId));
    await flagRepository.lockProject(tx);
    if (await flagRepository.hasAny(tx)) return [];
    for (const flag of demoFlags) {
      const definition = 'rolloutPercentage' in flag ? expandShortFlag(ShortFlag.parse(flag)) : FlagDraft.parse(flag);
      await flagRepository.insert(tx, definition);
    }
    return demoFlags.map(({ key }) => key);
  });
