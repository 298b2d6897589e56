import { gradeFunction } from '../../src/graders/grade-function.ts';
import type { Dataset, FunctionProblem } from '../../src/problem.ts';
import type { Sandbox, Verdict } from '../../src/sandbox/sandbox.ts';
import type { Solver } from '../../src/solvers/solver.ts';

const never = new AbortController().signal;

export interface Grading {
  sandbox: Sandbox;
  /** Candidates beside their tests, or apart from them, whatever the problem says. */
  sameProcess?: boolean;
  /** Which problems, by their ids; all where it is absent. */
  only?: (id: string) => boolean;
}

/** The verdict on each problem's first answer; problems that there is none for are left out. */
export async function verdictsOf(
  { problems, preamble, timeoutMs }: Dataset,
  solver: Solver,
  { sandbox, sameProcess, only = () => true }: Grading,
): Promise<Map<string, Verdict>> {
  const graded = problems
    .filter((problem): problem is FunctionProblem => problem.kind === 'function' && only(problem.id))
    .filter((problem) => (solver.samplesOf?.(problem) ?? 1) > 0 && sandbox.languages.includes(problem.language))
    .map(async (problem) => {
      const { answer } = await solver.solve(problem, 0, never);
      const asked = sameProcess === undefined ? problem : { ...problem, sameProcess };
      return [problem.id, await gradeFunction(asked, answer, { sandbox, preamble, timeoutMs }, never)] as const;
    });
  return new Map(await Promise.all(graded));
}
