import type { FlagDefinition, HistoryActor, WrittenFlag } from '@whetstone/shared/contract';
import type { Ctx } from '../../context.ts';
import type { ProjectTx } from '../../platform/db/database.ts';
import type { Events } from '../../platform/events/events.ts';
import { definitionOf } from './definition.ts';
import { flagView } from './flag-view.ts';
import { changeRecorder } from './history/record-change.ts';
import type { LookAtMany } from './look-at-many.ts';
import type { Plan } from './plan.ts';
import { rehearsal } from './rehearse.ts';
import { flagRepository, type FlagRow } from './repository.ts';

/** What others do in the transaction that writes a flag. */
export type FlagWritten = (tx: ProjectTx, flag: FlagDefinition, state: { isArchived: boolean }) => Promise<void>;

interface Dependencies {
  events: Pick<Events, 'append'>;
  lookAtMany: LookAtMany;
  written: FlagWritten;
}

interface Wish {
  dryRun?: boolean | undefined;
  reason?: string | undefined;
}

/** Makes a planned change, or on a dry run says what it would do: both by the same plan, hence after the same checks. */
export const flagWriter = ({ events, lookAtMany, written }: Dependencies) => {
  const recordChange = changeRecorder({ events });
  const rehearse = rehearsal({ lookAtMany });

  /** In a transaction of the caller's, who has locked the project before planning. */
  async function apply(tx: ProjectTx, plan: Plan, actor: HistoryActor, reason: string | undefined) {
    if (plan.kind === 'nothing') return flagView(plan.row);
    const row = await store(tx, plan);
    await written(tx, definitionOf(flagView(row)), { isArchived: row.archivedAt !== null });
    return recordChange(tx, { row, action: plan.kind === 'create' ? 'created' : plan.action, actor, reason });
  }

  return {
    apply,

    write: (ctx: Ctx, { dryRun, reason }: Wish, plan: (tx: ProjectTx) => Promise<Plan>): Promise<WrittenFlag> =>
      dryRun
        ? rehearse(ctx, plan)
        : ctx.transaction(async (tx) => {
            await flagRepository.lockProject(tx);
            return apply(tx, await plan(tx), ctx.actor, reason);
          }),
  };
};

async function store(tx: ProjectTx, plan: Exclude<Plan, { kind: 'nothing' }>): Promise<FlagRow> {
  if (plan.kind === 'change') return flagRepository.replace(tx, plan.before.key, plan);
  const row = await flagRepository.insert(tx, plan.definition);
  // Planned under the lock, and found to be free.
  if (!row) throw new Error(`the flag "${plan.definition.key}" came into being under the lock of its project`);
  return row;
}
