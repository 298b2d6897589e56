import type { ConditionComplaint, ConditionDocument } from './operators.ts';
import { mostStates, patternStates } from './pattern.ts';

/** Takes the conditions of one flag in turn, and complains of the value with which they exceed the budget. */
export function patternBudget(): (condition: ConditionDocument) => ConditionComplaint | undefined {
  let spent = 0;
  return ({ op, values }) => {
    if (op !== 'matches') return undefined;
    for (const [i, value] of values.entries()) {
      // What follows is not even measured: that takes time too.
      if (spent > mostStates) return undefined;
      spent += patternStates(String(value));
      if (spent > mostStates) return { path: ['values', i], message: exceeded(spent) };
    }
    return undefined;
  };
}

const exceeded = (states: number) =>
  `with this value the patterns of the flag take ${states} states, the budget of a flag is ${mostStates}`;
