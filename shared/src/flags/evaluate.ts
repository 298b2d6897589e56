import type { EvaluationContext, Explanation } from '../contract/flags.ts';
import type { CompiledFlag } from './compile.ts';
import { claimsOf, thresholdOf } from './counterfactual.ts';
import { decideFlag, runOf } from './decide.ts';
import type { CompiledRuleset } from './ruleset.ts';
import type { Assigned, Evaluated, Note, Run } from './run.ts';
import { traceOf } from './trace.ts';

export interface EvaluateOptions {
  /** The time that schedules, rollout plans and expiries are measured by. */
  nowMs: number;
  /** Adds the trace and what would change the answer; without it no sentence is built. */
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
  if (notes) {
    evaluation.trace = traceOf(notes, run);
    evaluation.explanation = explanationOf(flag, run, notes, evaluation);
  }
  return evaluation;
}

function explanationOf(flag: CompiledFlag, run: Run, notes: readonly Note[], evaluation: Evaluated): Explanation {
  const claims = flag.kind === 'readable' ? claimsOf(flag, run, notes, evaluation) : [];
  const wouldChange = claims.map(({ what, gives }) => ({ what, gives }));
  const decided = notes.at(-1);
  const { bucket } = evaluation;
  const threshold = decided?.kind === 'split' ? thresholdOf(decided) : undefined;
  if (bucket === undefined) return { wouldChange };
  return threshold === undefined ? { bucket, wouldChange } : { bucket, threshold, wouldChange };
}
