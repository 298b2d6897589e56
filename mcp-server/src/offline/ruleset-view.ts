import type { CompiledRuleset } from '@whetstone/shared/flags';
import { ageText } from '../age-text.ts';
import type { Source } from '../flag-answer.ts';

/**
 * How old a confirmation may be to count as current. In steady use one is at most 3 s old: a use asks again after 1 s and
 * gets its answer within 2 s. The rest is slack for uses that come seconds apart.
 */
export const currentForMs = 5_000;

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
  /** By this process, not by the one that wrote the file. */
  confirmedHere: boolean;
  /** Why the cloud is not asked, or how the last attempt failed. */
  problem: string | undefined;
}

export function viewOf({ ruleset, ageMs, confirmedHere, problem }: Knowledge): RulesetView {
  if (!ruleset) return { source: 'default', degradedReason: problem ?? 'The cloud has not answered yet; ask again.' };
  // A failed attempt ends "current" at once, however young the last confirmation is.
  if (confirmedHere && !problem && ageMs <= currentForMs) return { ruleset, source: 'cloud', ageMs };
  const state = problem ?? 'They are being confirmed right now; ask again for a confirmed answer.';
  return {
    ruleset,
    source: 'cache',
    ageMs,
    degradedReason: `The rules were last confirmed ${ageText(ageMs)} ago. ${state}`,
  };
}
