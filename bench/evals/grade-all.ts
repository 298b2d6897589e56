import { gradeFunction, type Answer, type Dataset, type FunctionProblem, type Sandbox } from '@whetstone/evals';

export interface Graded {
  problem: FunctionProblem;
  answer: Answer;
}

/** Grades all of them, so many at a time, as a run does but keeping nothing. Resolves with how many passed. */
export async function gradeAll(
  all: readonly Graded[],
  sandbox: Sandbox,
  { preamble, timeoutMs }: Pick<Dataset, 'preamble' | 'timeoutMs'>,
  workers: number,
): Promise<number> {
  let next = 0;
  let passed = 0;
  const lane = async () => {
    for (let one = all[next++]; one; one = all[next++]) {
      const { status, detail } = await gradeFunction(one.problem, one.answer, { sandbox, preamble, timeoutMs });
      if (status === 'error') throw new Error(`the sandbox had trouble: ${detail}`);
      if (status === 'passed') passed++;
    }
  };
  await Promise.all(Array.from({ length: workers }, lane));
  return passed;
}
