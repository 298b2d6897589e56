import type { CompiledRuleset } from '@whetstone/shared/flags';
import { ageText } from '../age-text.ts';
import type { Source } from '../flag-answer.ts';

/**
 * Without a stream: how old a confirmation may be to count as current. In steady use one is little older than the second
 * after which a use asks again; the rest is slack for uses that come seconds apart.
 */
export const polledForMs = 5_000;

/** The ruleset to answer from, and what may be said about it. */
export interface RulesetView {
  ruleset?: CompiledRuleset;
  source: Source;
  ageMs?: number;
  degradedReason?: string;
}

export interface Knowledge {
  ruleset: CompiledRuleset | undefined;
  /** Since the last confirmation that this was the current ruleset. */
  ageMs: number;
  /** How old the confirmation may be to count as current: 0 for one of another process. */
  currentForMs: number;
  /** Why the cloud is not asked, or how the last attempt failed. It ends "current" at once, however young that is. */
  problem: string | undefined;
  /** What is going on meanwhile. */
  pending: string | undefined;
}

export function viewOf({ ruleset, ageMs, currentForMs, problem, pending }: Knowledge): RulesetView {
  const state = problem ?? pending;
  if (!ruleset) return { source: 'default', degradedReason: state ?? 'The cloud has not answered yet; ask again.' };
  if (!problem && currentForMs > 0 && ageMs <= currentForMs) return { ruleset, source: 'cloud', ageMs };
  const advice = state ?? 'They are being confirmed right now; ask again for a confirmed answer.';
  return {
    ruleset,
    source: 'cache',
    ageMs,
    degradedReason: `The rules were last confirmed ${ageText(ageMs)} ago. ${advice}`,
  };
}
