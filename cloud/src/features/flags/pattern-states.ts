import type { FlagDefinition, SegmentDefinition } from '@whetstone/shared/contract';
import type { FieldError } from '@whetstone/shared/errors';
import { mostRulesetStates, patternStatesOf } from '@whetstone/shared/flags';
import { conditionsOfFlag, conditionsOfSegment, type PlacedCondition } from './conditions.ts';

/** The conditions of one flag or segment with a pattern in them; most have none, and then nothing else need be read. */
export const patternsOfFlag = (flag: FlagDefinition) => conditionsOfFlag(flag).filter(isPattern);
export const patternsOfSegment = (segment: SegmentDefinition | undefined) =>
  conditionsOfSegment(segment).filter(isPattern);

const isPattern = ({ condition }: PlacedCondition) => condition.op === 'matches';

/**
 * Counts the states that the patterns of a project take in its ruleset, whose evaluator switches off whatever exceeds their
 * budget. So that is refused when it is written: what takes more than it did before and more than is left.
 */
export function patternSpending() {
  let spent = 0;
  return {
    /** Of what stays as it is. */
    spend(patterns: PlacedCondition[]): void {
      spent += statesOf(patterns);
    },
    /** Of what is written, `before` in its place; complains of its first pattern. */
    complaint(patterns: PlacedCondition[], before: PlacedCondition[]): FieldError | undefined {
      const states = statesOf(patterns);
      spent += states;
      if (spent <= mostRulesetStates || states <= statesOf(before)) return undefined;
      const message =
        `all patterns of the project would take ${spent} states, ${states} of them here; ` +
        `the budget of all its flags and segments is ${mostRulesetStates}`;
      spent -= states;
      return { path: patterns[0]?.path ?? '', message };
    },
  };
}

const statesOf = (patterns: PlacedCondition[]): number => patternStatesOf(patterns.map(({ condition }) => condition));
