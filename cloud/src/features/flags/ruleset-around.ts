import { compileRuleset, type CompiledRuleset } from '@whetstone/shared/flags';
import type { ProjectTx } from '../../platform/db/database.ts';
import { flagView } from './flag-view.ts';
import { historyRepository, type Moment } from './history/repository.ts';
import { flagRepository, type FlagRow } from './repository.ts';
import { namesSegments } from './segment-references.ts';
import type { SegmentRow } from './segment-row.ts';
import { segmentRepository } from './segments/repository.ts';
import { segmentView } from './segments/segment-view.ts';

/** Where the rules are read that a flag depends on. */
export interface RulesOf {
  /** Those of the keys that there are, archived or not. */
  flags: (keys: string[]) => Promise<FlagRow[]>;
  segments: () => Promise<SegmentRow[]>;
}

export const rulesOfNow = (tx: ProjectTx): RulesOf => ({
  flags: (keys) => flagRepository.findAll(tx, keys),
  segments: () => segmentRepository.all(tx),
});

export const rulesAsOf = (tx: ProjectTx, moment: Moment): RulesOf => ({
  flags: (keys) => historyRepository.asOf(tx, keys, moment),
  segments: () => historyRepository.segmentsAsOf(tx, moment),
});

/**
 * A flag with all that its answer can depend on, as a ruleset: what it waits for, what that waits for and so on, a query
 * for each level and none for a flag that waits for nothing; and the segments, where one of them names any. An archived flag
 * is in no ruleset.
 */
export async function rulesetAround(flag: FlagRow | undefined, rules: RulesOf): Promise<CompiledRuleset> {
  const found = new Map<string, FlagRow>();
  const asked = new Set<string>();
  for (let level = flag ? [flag] : []; level.length > 0;) {
    const active = level.filter(({ archivedAt }) => !archivedAt);
    for (const row of active) {
      found.set(row.key, row);
      asked.add(row.key);
    }
    const needed = new Set(active.flatMap(prerequisitesOf).filter((key) => !asked.has(key)));
    for (const key of needed) asked.add(key);
    level = needed.size > 0 ? await rules.flags([...needed]) : [];
  }
  const flags = [...found.values()].map(flagView);
  const segments = flags.some(namesSegments) ? (await rules.segments()).map(segmentView) : [];
  const compiled = compileRuleset({ revision: 0, flags, segments });
  if (!compiled) throw new Error(`the rules around the flag "${flag?.key}" cannot be read`);
  return compiled;
}

const prerequisitesOf = (row: FlagRow) => (flagView(row).prerequisites ?? []).map(({ flag }) => flag);
