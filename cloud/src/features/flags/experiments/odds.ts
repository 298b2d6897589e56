import { stepTimes } from '@whetstone/shared/flags';
import type { FlagDefinition, Serve } from '@whetstone/shared/contract';

type Split = Extract<Serve, { split: unknown }>;

/** Which split decided: that of a rule, or of the fallthrough (`null`); `unsaid` when the exposure did not tell. */
export type Decider = { ruleId: string | null } | 'unsaid';

/**
 * With which probability a unit got each variant at a time: the shares of the split under the coverage then in force, the
 * rest to `otherwise`. `undefined` when no split decided, or when one of several did and it is not known which.
 */
export function oddsOf(flag: FlagDefinition, decider: Decider, atMs: number): Map<string, number> | undefined {
  const { rules, fallthrough } = inForce(flag, atMs);
  const serves = [...rules.map(({ id, serve }) => ({ ruleId: id, serve })), { ruleId: null, serve: fallthrough }];
  const splits = serves.filter(({ serve }) => 'split' in serve);
  const [only, ...others] = decider === 'unsaid' ? splits : splits.filter(({ ruleId }) => ruleId === decider.ruleId);
  if (!only || others.length > 0) return undefined;
  const split = only.serve as Split;
  const coverage = coverageOf(flag, only.ruleId, atMs) ?? split.coverage ?? 100;
  const odds = new Map<string, number>();
  const add = (variant: string, share: number) => void odds.set(variant, (odds.get(variant) ?? 0) + share);
  const total = split.split.reduce((sum, { weight }) => sum + weight, 0);
  for (const { variant, weight } of split.split) add(variant, ((weight / total) * coverage) / 100);
  add(split.otherwise ?? flag.offVariant, 1 - coverage / 100);
  return odds;
}

/** The times at which the odds of a flag may change. */
export const turningPoints = ({ schedule = [], rollout }: FlagDefinition): number[] => [
  ...schedule.map(({ at }) => Date.parse(at)),
  ...(rollout ? stepTimes(rollout) : []).filter((fromMs) => fromMs < Infinity),
];

/** Scheduled changes add up in the order of their times, as in the evaluator. */
function inForce({ rules, fallthrough, schedule = [] }: FlagDefinition, atMs: number) {
  const due = schedule.filter(({ at }) => Date.parse(at) <= atMs);
  due.sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
  return due.reduce(
    (now, { set }) => ({ rules: set.rules ?? now.rules, fallthrough: set.fallthrough ?? now.fallthrough }),
    { rules, fallthrough },
  );
}

function coverageOf({ rollout }: FlagDefinition, ruleId: string | null, atMs: number): number | undefined {
  if (!rollout || (rollout.rule ?? null) !== ruleId) return undefined;
  const untilMs = rollout.pausedAt === undefined ? atMs : Math.min(atMs, Date.parse(rollout.pausedAt));
  const last = stepTimes(rollout).findLastIndex((fromMs) => fromMs <= untilMs);
  return rollout.steps[last]?.coverage;
}
