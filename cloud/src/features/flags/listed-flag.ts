import type { ListedFlag } from '@whetstone/shared/contract';
import { flagView } from './flag-view.ts';
import type { ListedFlagRow } from './repository.ts';
import { staleness } from './stale/staleness.ts';

/** A flag as lists show it: with its last exposure, and why it may have had its time. */
export function listedFlag(row: ListedFlagRow, prerequisites: ReadonlySet<string>, nowMs: number): ListedFlag {
  const flag = flagView(row);
  const { lastEvaluatedAt } = row;
  const isPrerequisite = prerequisites.has(flag.key);
  return {
    ...flag,
    lastEvaluatedAt: lastEvaluatedAt?.toISOString() ?? null,
    staleReasons: staleness(flag, { lastEvaluatedAt, isPrerequisite, nowMs }),
  };
}
