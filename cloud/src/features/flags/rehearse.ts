import type { WrittenFlag } from '@whetstone/shared/contract';
import { diffOf } from '@whetstone/shared/flags';
import type { Ctx } from '../../context.ts';
import type { ProjectTx } from '../../platform/db/database.ts';
import { changeable } from './definition.ts';
import { flagView } from './flag-view.ts';
import type { LookAtMany } from './look-at-many.ts';
import { countMoves, readMove } from './moves.ts';
import type { Plan } from './plan.ts';
import type { FlagRow } from './repository.ts';
import { rulesOfNow } from './ruleset-around.ts';

/** What a planned change would make of the flag, and who would get another variant. Stores nothing and locks nothing. */
export const rehearsal =
  ({ lookAtMany }: { lookAtMany: LookAtMany }) =>
  async (ctx: Ctx, plan: (tx: ProjectTx) => Promise<Plan>): Promise<WrittenFlag> => {
    const { before, after, move } = await ctx.transaction(async (tx) => {
      const rows = outcomeOf(await plan(tx), tx.now);
      const rules = rulesOfNow(tx);
      const [was, is] = [
        { flag: rows.before, rules },
        { flag: rows.after, rules },
      ];
      return { ...rows, move: await readMove(tx, rows.after.key, was, is) };
    });
    const flag = flagView(after);
    const was = before && flagView(before);
    return {
      ...flag,
      dryRun: true,
      diff: diffOf(was && changeable(was), changeable(flag)),
      moves: await countMoves(move, lookAtMany),
    };
  };

function outcomeOf(plan: Plan, now: Date): { before: FlagRow | undefined; after: FlagRow } {
  if (plan.kind === 'nothing') return { before: plan.row, after: plan.row };
  if (plan.kind === 'create') {
    const { definition } = plan;
    const times = { createdAt: now, updatedAt: now, archivedAt: null };
    return { before: undefined, after: { key: definition.key, version: 1, definition, ...times } };
  }
  const { before, definition = before.definition, archivedAt = before.archivedAt } = plan;
  return { before, after: { ...before, version: before.version + 1, definition, archivedAt, updatedAt: now } };
}
