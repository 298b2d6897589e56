import type { FlagDefinition } from '@whetstone/shared/contract';
import { withoutVariant } from '@whetstone/shared/flags';
import type { Database, ProjectTx } from '../../../platform/db/database.ts';
import { definitionOf } from '../definition.ts';
import { flagView } from '../flag-view.ts';
import { flagRepository, type FlagRow } from '../repository.ts';
import type { flagWriter } from '../write-flag.ts';
import { systemActor } from './record-change.ts';
import { historyRepository } from './repository.ts';

interface Dependencies {
  database: Pick<Database, 'asProject'>;
  apply: ReturnType<typeof flagWriter>['apply'];
  giveBack: GiveBack;
}

/** What those who had the variant get instead, by somebody who knows more of the flag than that its variant does harm. */
export type GiveBack = (
  tx: ProjectTx,
  taken: {
    was: FlagDefinition;
    without: FlagDefinition;
    variant: string;
    /** What the flag was before, the newest first. */
    earlier: AsyncIterable<FlagDefinition>;
  },
) => Promise<{ definition: FlagDefinition; instead: string[] }>;

interface VariantRollback {
  key: string;
  variant: string;
  /** For whoever reads the history: what was measured, and where to look. */
  reason: string;
  /** A word that stands in the reason and in no other: repeated with it, nothing is rolled back a second time. */
  once: string;
  /** Says what would be done, and does nothing. */
  dryRun?: boolean;
}

export type VariantRollbackOutcome =
  /** `instead`: the variants that were given back for it; absent where none was, or it was done before. */
  | { outcome: 'rolled_back'; version: number; instead?: string[] }
  /** An earlier automatic rollback has taken it from everybody. */
  | { outcome: 'already_done'; version: number }
  /** Nothing can be taken away. */
  | { outcome: 'refused'; reason: string };

export type RollBackVariant = (projectId: string, rollback: VariantRollback) => Promise<VariantRollbackOutcome>;

/**
 * What other slices call when a variant does harm: a new version in which nobody gets it and all others keep what they
 * have; who had it gets what the flag serves outside a split, or what `giveBack` knows. Repeated it changes nothing and answers the same, even where somebody has meanwhile brought the variant back.
 */
export const automaticRollback =
  ({ database, apply, giveBack }: Dependencies): RollBackVariant =>
  (projectId, { key, variant, reason, once, dryRun = false }) =>
    database.asProject(projectId, async (tx) => {
      await flagRepository.lockProject(tx);
      const done = await historyRepository.rolledBackFor(tx, key, once);
      if (done !== undefined) return { outcome: 'rolled_back', version: done };
      const before = await flagRepository.find(tx, key);
      if (!before) return refused(`no flag is called "${key}"`);
      if (before.archivedAt) return refused(`the flag "${key}" is archived: it serves nobody`);
      const planned = await without(tx, before, variant);
      if ('outcome' in planned) return planned;
      const { definition, instead } = await giveBack(tx, {
        was: definitionOf(flagView(before)),
        without: planned.definition,
        variant,
        earlier: earlierThan(tx, before),
      });
      const given = instead.length > 0 ? { instead } : {};
      if (dryRun) return { outcome: 'rolled_back', version: before.version + 1, ...given };
      const plan = { kind: 'change', action: 'variant_rolled_back', before, definition } as const;
      const back = instead.length === 0 ? '' : `; back to ${instead.join(', ')}`;
      const { version } = await apply(tx, plan, systemActor('automatic rollback'), `${reason}${back} (${once})`);
      return { outcome: 'rolled_back', version, ...given };
    });

async function without(
  tx: ProjectTx,
  before: FlagRow,
  variant: string,
): Promise<VariantRollbackOutcome | { definition: FlagDefinition }> {
  const flag = flagView(before);
  if (!Object.hasOwn(flag.variants, variant)) return refused(`the flag "${flag.key}" has no variant "${variant}"`);
  const was = definitionOf(flag);
  const definition = withoutVariant(was, variant);
  if (!definition) {
    return refused(`"${variant}" is the off variant of the flag "${flag.key}": nothing could be served instead`);
  }
  if (definition !== was) return { definition };
  const earlier = await historyRepository.rollbacks(tx, flag.key, mostLookedAt);
  const taken = earlier.find((each) => servedIn(each.before as FlagDefinition, variant));
  return taken
    ? { outcome: 'already_done', version: taken.version }
    : refused(`the flag "${flag.key}" no longer serves the variant "${variant}"`);
}

/** Versions of one flag that are gone through for what it was before. */
const mostGoneThrough = 200;

async function* earlierThan(tx: ProjectTx, { key, version }: FlagRow): AsyncGenerator<FlagDefinition> {
  for (let earlier = version - 1; earlier > Math.max(0, version - 1 - mostGoneThrough); earlier--) {
    const row = await historyRepository.find(tx, 'flag_version', key, earlier);
    if (row && !row.archivedAt) yield definitionOf(flagView(row));
  }
}

/** Of a flag's rollbacks, for which of its variants each of them was. */
const mostLookedAt = 10;

function servedIn(definition: FlagDefinition, variant: string): boolean {
  const without = withoutVariant(definition, variant);
  return without !== undefined && without !== definition;
}

const refused = (reason: string) => ({ outcome: 'refused', reason }) as const;
