import type { WrittenFlag } from '@whetstone/shared/contract';
import { diffOf, movesBetween } from '@whetstone/shared/flags';
import type { Ctx } from '../../context.ts';
import type { ProjectTx } from '../../platform/db/database.ts';
import { changeable } from './definition.ts';
import { contextOf } from './exposures/contexts.ts';
import { exposureRepository } from './exposures/repository.ts';
import { flagView } from './flag-view.ts';
import type { LookAtMany } from './look-at-many.ts';
import { madeUpContexts } from './made-up-contexts.ts';
import type { Plan } from './plan.ts';
import type { FlagRow } from './repository.ts';
import { rulesetAround, rulesOfNow } from './ruleset-around.ts';

const madeUp = 10_000;

/** What a planned change would make of the flag, and who would get another variant. Stores nothing and locks nothing. */
export async function rehearse(
  ctx: Ctx,
  plan: (tx: ProjectTx) => Promise<Plan>,
  lookAtMany: LookAtMany,
): Promise<WrittenFlag> {
  const { before, after, rulesets, known, nowMs } = await ctx.transaction(async (tx) => {
    const rows = outcomeOf(await plan(tx), tx.now);
    const rules = rulesOfNow(tx);
    return {
      ...rows,
      rulesets: [await rulesetAround(rows.before, rules), await rulesetAround(rows.after, rules)] as const,
      known: await exposureRepository.known(tx, rows.after.key),
      nowMs: tx.now.getTime(),
    };
  });

  const flag = flagView(after);
  const was = before && flagView(before);
  const contexts = known.map((each) => contextOf(each, was ?? flag));
  const seen = movesBetween(...rulesets, flag.key, nowMs);
  await lookAtMany(contexts, seen.look);
  const simulated = movesBetween(...rulesets, flag.key, nowMs);
  await lookAtMany(madeUpContexts(was ? [was, flag] : [flag], madeUp), simulated.look);
  return {
    ...flag,
    dryRun: true,
    diff: diffOf(was && changeable(was), changeable(flag)),
    moves: { ...seen.observed(), simulated: simulated.shares() },
  };
}

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
