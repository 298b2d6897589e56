import type { EvaluationContext } from '../contract/flags.ts';
import { decideFlag, runOf } from './decide.ts';
import type { CompiledRuleset } from './ruleset.ts';
import type { Assigned, Evaluated, Note } from './run.ts';
import { traceOf } from './trace.ts';

export interface EvaluateOptions {
  /** The time that schedules, rollout plans and expiries are measured by. */
  nowMs: number;
  /** Adds the trace; without it no sentence is built. */
  explain?: boolean | undefined;
  /** What sticky units were first served. Without it nothing has been stored yet. */
  assigned?: Assigned | undefined;
}

/** What a flag serves to a context, and why; `undefined` for an unknown flag. Never throws. */
export function evaluate(
  ruleset: CompiledRuleset,
  key: string,
  context: EvaluationContext,
  { nowMs, explain, assigned }: EvaluateOptions,
): Evaluated | undefined {
  const flag = ruleset.flags.get(key);
  if (!flag) return undefined;
  const notes: Note[] | undefined = explain ? [] : undefined;
  const run = runOf(ruleset, context, { nowMs, assigned, notes });
  const evaluation = decideFlag(flag, run);
  if (notes) evaluation.trace = traceOf(notes, run);
  return evaluation;
}
