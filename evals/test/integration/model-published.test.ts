import { availableParallelism } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadDataset } from '../../src/datasets/load.ts';
import { gradeFunction } from '../../src/graders/grade-function.ts';
import type { Dataset, FunctionProblem } from '../../src/problem.ts';
import { openSandbox } from '../../src/sandbox/open.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { modelSolver } from '../../src/solvers/model/model-solver.ts';
import { startOpenAiStandIn } from '../../../test/support/openai-stand-in.ts';
import { testData } from '../../../test/support/test-data.ts';

const data = testData('evals');

/** How models give the same right answer. */
const shapes: Record<string, (whole: string, body: string, entryPoint: string) => string> = {
  'a whole program in a block': (whole) =>
    `Sure! Here it is:\n\n\`\`\`python\n${whole}\n\`\`\`\n\nIt follows the examples.`,
  'a block after thinking, an example after it': (whole, _, name) =>
    `<think>\nI could write\n\`\`\`python\ndef ${name}(*args):\n    pass\n\`\`\`\nbut no.\n</think>\n\`\`\`python\n${whole}\n\`\`\`\nTry it:\n\`\`\`python\nprint(${name})\n\`\`\``,
  'a body in a block': (_, body) => `\`\`\`python\n${body}\n\`\`\``,
  'a body at the margin': (_, body) => `\`\`\`\n${body.replaceAll(/^ {4}/gm, '')}\n\`\`\``,
  'a body alone, trimmed': (_, body) => body.trim(),
  'a program with words around it': (whole) => `Here is the code:\n\n${whole}\nThis solution is simple.`,
  'a wrong version before, in a list': (whole, _, name) =>
    `1. First:\n\n   \`\`\`python\n   def ${name}(*args):\n       return None\n   \`\`\`\n\n2. Better:\n\n   \`\`\`python\n${whole.replaceAll(/^(?=.)/gm, '   ')}\n   \`\`\``,
};

describe.skipIf(data.missing)(`HumanEval answered rightly${data.missing ? ` (${data.missing})` : ''}`, () => {
  let sandbox: Sandbox;
  let dataset: Dataset;
  let problems: FunctionProblem[];
  beforeAll(async () => {
    sandbox = await openSandbox({ workers: availableParallelism(), hashSeed: 0 }, { e2b: {} });
    dataset = await loadDataset('humaneval', { datasetsDir: data.path });
    problems = dataset.problems.filter((problem) => problem.kind === 'function');
  });
  afterAll(() => sandbox?.close());

  it.each(Object.entries(shapes))('passes in the shape of %s', async (_, shape) => {
    const standIn = await startOpenAiStandIn({
      answer: ({ messages }) => {
        const problem = problems.find(({ stem }) => messages[0]!.content.includes(stem!.trimEnd()))!;
        const { stem, reference = '', entryPoint, id } = problem;
        return { problemId: id, text: shape(reference, reference.slice(stem!.length).trimEnd(), entryPoint) };
      },
    });
    try {
      const solver = modelSolver({ model: 'm-1', baseUrl: standIn.baseUrl });
      const grading = { sandbox, preamble: dataset.preamble, timeoutMs: dataset.timeoutMs };
      const verdicts = await Promise.all(
        problems.map(async (problem) => {
          const { answer } = await solver.solve(problem, 0, new AbortController().signal);
          return { id: problem.id, ...(await gradeFunction(problem, answer, grading)) };
        }),
      );
      expect(verdicts).toHaveLength(164);
      expect(verdicts.filter(({ status }) => status !== 'passed').map(({ id, detail }) => `${id}: ${detail}`)).toEqual(
        [],
      );
    } finally {
      await standIn.stop();
    }
  });
});
