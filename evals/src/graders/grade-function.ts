import type { Dataset, FunctionProblem } from '../problem.ts';
import type { Sandbox, Verdict } from '../sandbox/sandbox.ts';
import type { Answer } from '../solvers/solver.ts';
import { programOf } from './program.ts';

export interface FunctionGrading {
  sandbox: Pick<Sandbox, 'grade' | 'languages' | 'tier'>;
  preamble: Dataset['preamble'];
  timeoutMs: number;
}

export async function gradeFunction(
  problem: FunctionProblem,
  answer: Answer,
  { sandbox, preamble, timeoutMs }: FunctionGrading,
  signal?: AbortSignal,
): Promise<Verdict> {
  const program = programOf(problem, answer, preamble[problem.language]);
  if (typeof program !== 'string') return { status: 'failed', detail: program.refused, gradeMs: 0 };
  if (!sandbox.languages.includes(problem.language))
    return {
      status: 'error',
      detail: `the ${sandbox.tier} sandbox runs no ${problem.language}, only ${sandbox.languages.join(', ')}`,
      gradeMs: 0,
    };
  const { language, setup, tests, calls, handles, sameProcess } = problem;
  return sandbox.grade({ language, program, setup, tests, calls, handles, sameProcess, timeoutMs }, signal);
}
