import type { Condition, FlagDefinition, Rule } from '../contract/flag-document.ts';
import type { Remark } from './finding.ts';
import { ruleListsOf, type At } from './parts.ts';

/** Rules that never decide, rules of one id, and a rollout of no rule. */
export const ruleRemarks = (flag: FlagDefinition): Remark[] => [
  ...ruleListsOf(flag).flatMap((list) => [...duplicateIds(list), ...unreachable(list)]),
  ...rolloutRemarks(flag),
];

function duplicateIds({ part: rules, path }: At<readonly Rule[]>): Remark[] {
  return rules.flatMap(({ id }, i) =>
    rules.findIndex((rule) => rule.id === id) === i
      ? []
      : [
          {
            rule: 'duplicate-rule-id' as const,
            severity: 'error' as const,
            path: [...path, i, 'id'],
            message: `the rule id "${id}" is used twice`,
            fix: 'Give each rule an id of its own: answers and traces name it.',
          },
        ],
  );
}

/**
 * A rule is out of reach when all conditions of an earlier one are among its own: then that one holds whenever it does. An
 * earlier split is passed over for who lacks its unit, so that behind one the later rule is only out of reach for the rest.
 */
function unreachable({ part: rules, path }: At<readonly Rule[]>): Remark[] {
  const texts = rules.map(({ when }) => when.map(conditionText));
  return rules.flatMap(({ id }, i): Remark[] => {
    const own = new Set(texts[i]);
    const before = rules.findIndex((_, j) => j < i && texts[j]!.every((text) => own.has(text)));
    const earlier = rules[before];
    if (!earlier || before >= i) return [];
    const always = earlier.when.length === 0 ? 'has no conditions' : 'has no condition that this one lacks';
    const isFixed = 'variant' in earlier.serve;
    return [
      {
        rule: 'unreachable-rule',
        severity: isFixed ? 'error' : 'warning',
        path: [...path, i],
        message: isFixed
          ? `the rule "${id}" never decides: "${earlier.id}" before it ${always}`
          : `the rule "${id}" decides only for who lacks the unit of "${earlier.id}" before it, which ${always}`,
        fix: `Move it before "${earlier.id}", or remove it.`,
      },
    ];
  });
}

/** The same condition, whatever the order of its members and values. */
const conditionText = ({ attribute, op, values, negate = false }: Condition) =>
  JSON.stringify([attribute, op, negate, values.map(String).toSorted()]);

function rolloutRemarks({ rollout, rules, fallthrough }: FlagDefinition): Remark[] {
  if (!rollout) return [];
  const { rule: id } = rollout;
  const serve = id === undefined ? fallthrough : rules.find((rule) => rule.id === id)?.serve;
  if (serve && !('variant' in serve)) return [];
  const message = serve
    ? `${id === undefined ? 'the fallthrough' : `the rule "${id}"`} serves one variant: a rollout raises the coverage of a split`
    : `no rule has the id "${id}"`;
  const fix = 'Name a rule that serves a split, or make the fallthrough one.';
  return [{ rule: 'unknown-rule', severity: 'error', path: ['rollout', 'rule'], message, fix }];
}
