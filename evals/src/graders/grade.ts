import type { Dataset, Problem } from '../problem.ts';
import type { Sandbox, Verdict } from '../sandbox/sandbox.ts';
import type { Answer } from '../solvers/solver.ts';
import { gradeFunction } from './grade-function.ts';
import { gradeRepo } from './grade-repo.ts';
import { gradeSweBench } from './swe-bench/grade-swe-bench.ts';

/** Judges one answer. `error` in a verdict is trouble of ours. */
export type Grade = (problem: Problem, answer: Answer, signal: AbortSignal) => Promise<Verdict>;

export interface Grading {
  sandbox: Sandbox;
  preamble: Dataset['preamble'];
  timeoutMs: number;
  /** Name of the machine's template for an instance of SWE-bench; `{{instanceId}}` stands for its id. */
  sweBenchTemplate?: string;
}

/** Each kind of problem has its way of being judged; where nothing was answered there is nothing to judge. */
export function graderOf(grading: Grading): Grade {
  return async (problem, answer, signal) => {
    if (answer.kind === 'none') return { status: 'failed', detail: answer.reason, gradeMs: 0 };
    switch (problem.kind) {
      case 'function':
        return gradeFunction(problem, answer, grading, signal);
      case 'repo':
        return gradeRepo(problem, answer, grading, signal);
      case 'swe-bench':
        return gradeSweBench(
          problem,
          answer,
          { ...grading, template: grading.sweBenchTemplate ?? '{{instanceId}}' },
          signal,
        );
    }
  };
}

/** Why a sandbox cannot judge such a problem; a run of them is refused before it begins. */
export function whyUngradable({ kind }: Problem, { tier, exec }: Pick<Sandbox, 'tier' | 'exec'>): string | undefined {
  if (kind === 'swe-bench' && tier !== 'e2b')
    return 'SWE-bench needs a machine made from the image of each instance: choose the sandbox e2b, or take over published verdicts (--published REPORT)';
  if (kind === 'repo' && !exec)
    return `the ${tier} sandbox cannot run a repository's tests: choose the sandbox process`;
  return undefined;
}
