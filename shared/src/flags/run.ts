import type { Evaluation, EvaluationContext, TraceStep } from '../contract/flags.ts';
import type { CompiledFlag } from './compile.ts';
import type { CompiledRuleset } from './ruleset.ts';

/** One evaluation on its way. */
export interface Run {
  readonly ruleset: CompiledRuleset;
  readonly context: EvaluationContext;
  readonly nowMs: number;
  readonly trace: TraceStep[] | undefined;
  /** The prerequisites seen so far, so that none is evaluated twice. */
  readonly seen?: Map<string, Evaluation>;
}

export type Evaluate = (flag: CompiledFlag, run: Run) => Evaluation;
