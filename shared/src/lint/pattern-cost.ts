import type { FlagDefinition } from '../contract/flag-document.ts';
import { mostStates, patternStates } from '../flags/pattern.ts';
import type { Remark } from './finding.ts';
import { conditionsOf } from './parts.ts';

/** All patterns of a flag share one budget; past half of it the next person who adds one may be refused. */
export function patternRemarks(flag: FlagDefinition): Remark[] {
  let states = 0;
  const spending = conditionsOf(flag)
    .filter(({ part }) => part.op === 'matches')
    .flatMap(({ part, path }) =>
      part.values.map((value, i) => {
        states += patternStates(String(value));
        return { path: [...path, 'values', i], states };
      }),
    );
  const over = spending.find((spent) => spent.states > mostStates);
  const near = spending.find((spent) => spent.states > mostStates / 2);
  const at = over ?? near;
  if (!at) return [];
  return [
    {
      rule: 'pattern-cost',
      severity: over ? 'error' : 'warning',
      path: at.path,
      message: `up to this pattern those of the flag take ${at.states} states; its budget is ${mostStates}`,
      fix: 'Use startsWith, endsWith or contains where they do, and smaller repetitions {m,n}.',
    },
  ];
}
