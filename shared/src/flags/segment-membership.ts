import type { CompiledCondition } from './condition.ts';
import type { Run } from './run.ts';
import type { Scalar } from './scalar.ts';

type Units = Pick<ReadonlySet<string>, 'has'>;

export interface CompiledSegment {
  readonly key: string;
  readonly version: number;
  readonly createdAt: string;
  readonly included: Units;
  readonly excluded: Units;
  /** One that holds is enough. */
  readonly rules: readonly (readonly CompiledCondition[])[];
  /** The segments that its rules ask about. */
  readonly segments: readonly string[];
  readonly patternStates: number;
}

type Holds = (condition: CompiledCondition, run: Run) => boolean;

/** Whether a unit is in one of the segments; `undefined` when it is in none and one of them cannot be asked. */
export function membership(keys: readonly Scalar[], unit: string, run: Run, holds: Holds): boolean | undefined {
  let outcome: boolean | undefined = false;
  for (const key of keys) {
    const segment = run.ruleset.segments.get(String(key));
    if (!segment || run.ruleset.endlessSegments.has(segment.key)) outcome = undefined;
    else if (!segment.excluded.has(unit) && (segment.included.has(unit) || byRules(segment, run, holds))) return true;
  }
  return outcome;
}

/**
 * Asked once in a run, however many conditions lead here: what the rules say depends on the context alone. So the work of
 * a run is bounded by the size of the ruleset, not by the number of ways through nested segments.
 */
function byRules(segment: CompiledSegment, run: Run, holds: Holds): boolean {
  if (segment.rules.length === 0) return false;
  const seen = (run.seenSegments ??= new Map());
  let outcome = seen.get(segment);
  if (outcome === undefined) {
    outcome = segment.rules.some((when) => when.every((condition) => holds(condition, run)));
    seen.set(segment, outcome);
  }
  return outcome;
}
