import { loadDataset } from '@whetstone/evals';
import { EvalRunRequest } from '@whetstone/shared/contract';
import { describe, expect, it } from 'vitest';
import { mistakes, weakenedAnswers, type MistakenProblem } from '../../src/features/evals/seed/mistakes.ts';
import { sampleFlag, sampleRuns } from '../../src/features/evals/seed/sample-runs.ts';
import { demoFlags } from '../../src/features/flags/demo-flags.ts';

const starter = await loadDataset('starter', { datasetsDir: '/nowhere' });
const referenceOf = (id: string) => {
  const problem = starter.problems.find((each) => each.id === id);
  return problem?.kind === 'function' ? problem.reference : undefined;
};

describe('the sample runs', () => {
  it('answer every problem, with a mistake where one was asked for and nowhere else', () => {
    for (const id of Object.keys(mistakes) as MistakenProblem[]) {
      const answers = weakenedAnswers(starter, [id]);
      expect(answers).toHaveLength(starter.problems.length);
      expect(
        answers.filter(({ task_id, solution }) => solution !== referenceOf(task_id)).map(({ task_id }) => task_id),
      ).toEqual([id]);
    }
  });

  it('can be asked for, say what they are, and name a sample flag that there is', () => {
    for (const request of sampleRuns(starter)) {
      expect(EvalRunRequest.parse(request)).toEqual(request);
      expect(request.subject.label).toMatch(/^(reference|weakened-[abc] \(sample input\))$/);
    }
    const flag = demoFlags.find(({ key }) => key === sampleFlag.key);
    expect(Object.keys(flag!.variants)).toContain(sampleFlag.variant);
    expect(flag!.offVariant).not.toBe(sampleFlag.variant);
  });
});
