import type { ConditionComplaint } from './complaints.ts';
import type { ConditionDocument } from './operators.ts';
import { mostStates, patternStates } from './pattern.ts';

/**
 * States of all patterns in the flags and segments of a ruleset. Within a run each flag and the rules of each segment are
 * asked once, so this times `longestMatched`, twice, bounds what patterns can cost it: also when all flags are evaluated.
 */
export const mostRulesetStates = 20_000;

/** The states that the patterns in conditions take together. */
export const patternStatesOf = (conditions: readonly ConditionDocument[]): number =>
  conditions
    .filter(({ op }) => op === 'matches')
    .flatMap(({ values }) => values)
    .reduce<number>((sum, value) => sum + patternStates(String(value)), 0);

export interface PatternBudget {
  /** Takes the conditions of one flag or segment in turn; complains of the value with which they exceed the budget. */
  readonly complaint: (condition: ConditionDocument) => ConditionComplaint | undefined;
  /** States spent so far. */
  readonly spent: () => number;
}

/** Of one flag, or of one segment. */
export function patternBudget(): PatternBudget {
  let spent = 0;
  return {
    complaint({ op, values }) {
      if (op !== 'matches') return undefined;
      for (const [i, value] of values.entries()) {
        // What follows is not even measured: that takes time too.
        if (spent > mostStates) return undefined;
        spent += patternStates(String(value));
        if (spent > mostStates) return { path: ['values', i], message: exceeded(spent) };
      }
      return undefined;
    },
    spent: () => spent,
  };
}

const exceeded = (states: number) =>
  `with this value its patterns take ${states} states, the budget of a flag or segment is ${mostStates}`;
