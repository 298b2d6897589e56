import { loadDataset } from '@whetstone/evals';
import { EvalRunRequest } from '@whetstone/shared/contract';
import { expect, it } from 'vitest';
import { subjects } from '../../src/features/evals/executor/subjects.ts';
import { rerunRequest } from '../../src/features/evals/regressions/rerun-request.ts';

const starter = await loadDataset('starter', { datasetsDir: '/nowhere' });
const open = (request: EvalRunRequest) =>
  subjects({ openai: {}, datasetsDir: '/nowhere', reposDirs: [] }).open(request, starter, undefined);

it('grades recorded answers again as often as is asked for, each of them as a sample of its own', async () => {
  const problemIds = starter.problems.map(({ id }) => id);
  const answers = problemIds.map((id, problem) => ({ problem, kind: 'program', text: `the answer to ${id}` }));
  const asked: EvalRunRequest = { dataset: 'starter', subject: { kind: 'samples', label: 'recorded' } };
  const request = rerunRequest({
    run: { id: 'a run', request: asked },
    dataset: { problemIds },
    answers,
    samplesPerProblem: 2,
  });
  expect(EvalRunRequest.parse(request)).toEqual(request);
  const { solver } = await open(request);
  for (const problem of starter.problems) expect(solver.samplesOf!(problem)).toBe(2);
});
