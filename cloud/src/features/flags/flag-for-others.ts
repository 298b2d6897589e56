import type { FlagDefinition, HistoryActor } from '@whetstone/shared/contract';
import type { ProjectTx } from '../../platform/db/database.ts';
import { definitionOf } from './definition.ts';
import { flagView } from './flag-view.ts';
import { flagRepository } from './repository.ts';
import type { flagWriter } from './write-flag.ts';

/** A flag that another slice reads and writes in transactions of its own, under the lock of the project. */
export interface FlagForOthers {
  read: (tx: ProjectTx, key: string) => Promise<{ definition: FlagDefinition; isArchived: boolean } | undefined>;
  write: (tx: ProjectTx, definition: FlagDefinition, actor: HistoryActor, reason: string) => Promise<void>;
}

/** By the writer that people's changes take: with history, events and gates. */
export const flagForOthers = ({ apply }: Pick<ReturnType<typeof flagWriter>, 'apply'>): FlagForOthers => ({
  async read(tx, key) {
    const row = await flagRepository.find(tx, key);
    return row && { definition: definitionOf(flagView(row)), isArchived: row.archivedAt !== null };
  },

  async write(tx, definition, actor, reason) {
    await flagRepository.lockProject(tx);
    const before = await flagRepository.find(tx, definition.key);
    const plan = before
      ? ({ kind: 'change', action: 'updated', before, definition } as const)
      : ({ kind: 'create', definition } as const);
    await apply(tx, plan, actor, reason.slice(0, 500));
  },
});
