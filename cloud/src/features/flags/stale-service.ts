import {
  FlagKey,
  type Flag,
  type Handlers,
  type stale,
  type StaleFlag,
  type StaleReason,
} from '@whetstone/shared/contract';
import type { Ctx } from '../../context.ts';
import { pageUpTo, readCursor } from '../../platform/page.ts';
import { flagView } from './flag-view.ts';
import { flagRepository } from './repository.ts';
import type { RulesetCache } from './rulesets.ts';
import { prerequisiteKeys } from './stale/prerequisite-keys.ts';
import { staleness } from './stale/staleness.ts';

interface Dependencies {
  rulesets: Pick<RulesetCache, 'of'>;
}

/** A request looks at no more flags than this, however few of them are stale; the next page goes on from there. */
const mostExamined = 5_000;
const rowsAtOnce = 500;

export const staleService = ({ rulesets }: Dependencies): Handlers<typeof stale, Ctx> => ({
  async listStaleFlags(ctx, { limit, cursor, kind, neverEvaluatedDays, notEvaluatedDays, settledDays }) {
    const afterDays = { neverEvaluated: neverEvaluatedDays, notEvaluated: notEvaluatedDays, settled: settledDays };
    const prerequisites = prerequisiteKeys((await rulesets.of(ctx.projectId)).compiled);
    return ctx.transaction(async (tx) => {
      const items: StaleFlag[] = [];
      let after = readCursor(cursor, (text) => FlagKey.safeParse(text).success);
      for (let examined = 0; examined < mostExamined; examined += rowsAtOnce) {
        const rows = await flagRepository.list(tx, false, after, rowsAtOnce);
        for (const row of rows) {
          const flag = flagView(row);
          const { lastEvaluatedAt } = row;
          const isPrerequisite = prerequisites.has(flag.key);
          const all = staleness(flag, { lastEvaluatedAt, isPrerequisite, nowMs: tx.now.getTime(), afterDays });
          const reasons = all.filter((reason) => kind === undefined || reason.kind === kind);
          if (reasons.length > 0) {
            // That there is one more is seen, and not which one.
            if (items.length === limit) return pageUpTo(items, after);
            items.push(staleFlag(flag, lastEvaluatedAt, reasons));
          }
          after = flag.key;
        }
        if (rows.length < rowsAtOnce) return pageUpTo(items, undefined);
      }
      return pageUpTo(items, after);
    });
  },
});

function staleFlag(flag: Flag, lastEvaluatedAt: Date | null, reasons: StaleReason[]): StaleFlag {
  const { key, description, owner, tags, version, createdAt, updatedAt } = flag;
  return {
    key,
    ...(description !== undefined && { description }),
    ...(owner !== undefined && { owner }),
    ...(tags !== undefined && { tags }),
    version,
    createdAt,
    updatedAt,
    lastEvaluatedAt: lastEvaluatedAt?.toISOString() ?? null,
    reasons,
  };
}
