import type { Evaluation, EvaluationContext, Flag } from '../../src/contract/flags.ts';
import { compileRuleset, decideEach, evaluate, type CompiledRuleset } from '../../src/flags/index.ts';

/** A flag that is on for everyone, with what the test is about put over it. */
export function flagWith(parts: Partial<Flag> = {}): Flag {
  return {
    key: 'new-fixer-prompt',
    enabled: true,
    variants: { on: true, off: false },
    offVariant: 'off',
    rules: [],
    fallthrough: { variant: 'on' },
    version: 1,
    createdAt: '2026-01-01T00:00:00.000Z',
    updatedAt: '2026-01-01T00:00:00.000Z',
    ...parts,
  };
}

export function compiled(...flags: unknown[]): CompiledRuleset {
  const ruleset = compileRuleset({ revision: 1, flags });
  if (!ruleset) throw new Error('expected a ruleset');
  return ruleset;
}

/** What every flag serves, by key. */
export const decideAll = (...of: Parameters<typeof decideEach>) => new Map(decideEach(...of));

interface Asked {
  context?: EvaluationContext;
  nowMs?: number;
  explain?: boolean;
  others?: unknown[];
}

/** What one flag serves. */
export function served(
  flag: { key: string; [member: string]: unknown },
  { context = {}, nowMs = 0, explain = false, others = [] }: Asked = {},
): Evaluation {
  const evaluation = evaluate(compiled(flag, ...others), flag.key, context, { nowMs, explain });
  if (!evaluation) throw new Error(`expected a flag called ${flag.key}`);
  return evaluation;
}

/** The sentences of the trace. */
export const whys = (evaluation: Evaluation): string[] => (evaluation.trace ?? []).map(({ why }) => why);
