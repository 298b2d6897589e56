import type { Condition, FlagDefinition, Rule, SegmentDefinition } from '@whetstone/shared/contract';

export interface PlacedCondition {
  /** Of its values. */
  path: string;
  condition: Condition;
}

/** Of its rules, now and as scheduled. */
export function conditionsOfFlag({ rules, schedule = [] }: FlagDefinition): PlacedCondition[] {
  const inRules = (list: Rule[], path: string) => list.flatMap(({ when }, i) => placed(when, `${path}.${i}.when`));
  return [
    ...inRules(rules, 'rules'),
    ...schedule.flatMap(({ set }, i) => inRules(set.rules ?? [], `schedule.${i}.set.rules`)),
  ];
}

export const conditionsOfSegment = (segment: SegmentDefinition | undefined): PlacedCondition[] =>
  segment?.rules?.flatMap(({ when }, i) => placed(when, `rules.${i}.when`)) ?? [];

const placed = (when: Condition[], path: string): PlacedCondition[] =>
  when.map((condition, i) => ({ path: `${path}.${i}.values`, condition }));
