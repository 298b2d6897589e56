import { FlagDraft } from '@whetstone/shared/contract';
import type { Database } from '../../platform/db/database.ts';
import type { Events } from '../../platform/events/events.ts';
import { demoFlags } from './demo-flags.ts';
import { changeRecorder, systemActor } from './history/record-change.ts';
import { flagRepository } from './repository.ts';

interface Seed {
  database: Pick<Database, 'asProject'>;
  projectId: string;
  events: Pick<Events, 'append'>;
}

/** Puts the sample flags into a project that never had any, all or none. Resolves with the keys it made. */
export const seedFlags = ({ database, projectId, events }: Seed): Promise<string[]> => {
  const recordChange = changeRecorder({ events });
  return database.asProject(projectId, async (tx) => {
    await flagRepository.lockProject(tx);
    if (await flagRepository.hasAny(tx)) return [];
    for (const flag of demoFlags) {
      const row = await flagRepository.insert(tx, FlagDraft.parse(flag));
      if (row) await recordChange(tx, { row, action: 'created', actor: systemActor('sample flags') });
    }
    return demoFlags.map(({ key }) => key);
  });
};
