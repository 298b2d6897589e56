import type { Condition, FlagDefinition, Rule, Serve } from '../contract/flag-document.ts';

/** A part of a flag, and where it stands. */
export interface At<T> {
  part: T;
  path: readonly PropertyKey[];
}

/** The rules in force now, and those of each scheduled change: lists of their own, each looked through from the top. */
export const ruleListsOf = ({ rules, schedule = [] }: FlagDefinition): At<readonly Rule[]>[] => [
  { part: rules, path: ['rules'] },
  ...schedule.flatMap(({ set }, i) => (set.rules ? [{ part: set.rules, path: ['schedule', i, 'set', 'rules'] }] : [])),
];

const rulesOf = (flag: FlagDefinition): At<Rule>[] =>
  ruleListsOf(flag).flatMap(({ part, path }) => part.map((rule, i) => ({ part: rule, path: [...path, i] })));

export const servesOf = (flag: FlagDefinition): At<Serve>[] => [
  ...rulesOf(flag).map(({ part, path }) => ({ part: part.serve, path: [...path, 'serve'] })),
  { part: flag.fallthrough, path: ['fallthrough'] },
  ...(flag.schedule ?? []).flatMap(({ set }, i) =>
    set.fallthrough ? [{ part: set.fallthrough, path: ['schedule', i, 'set', 'fallthrough'] }] : [],
  ),
];

export const conditionsOf = (flag: FlagDefinition): At<Condition>[] =>
  rulesOf(flag).flatMap(({ part, path }) =>
    part.when.map((condition, i) => ({ part: condition, path: [...path, 'when', i] })),
  );
