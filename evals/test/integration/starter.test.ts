import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadStarter } from '../../src/datasets/problem-folders.ts';
import { gradeFunction } from '../../src/graders/grade-function.ts';
import type { FunctionProblem } from '../../src/problem.ts';
import { openProcessSandbox } from '../../src/sandbox/process/open.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';

const wrongDir = resolve(import.meta.dirname, '../fixtures/starter');
const { problems, preamble, timeoutMs } = await loadStarter();
const functions = problems.filter((problem): problem is FunctionProblem => problem.kind === 'function');

describe('the starter set', () => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await openProcessSandbox({ workers: 2, hashSeed: 0 });
  });
  afterAll(() => sandbox?.close());
  const graded = (problem: FunctionProblem, text: string) =>
    gradeFunction(problem, { kind: 'program', text }, { sandbox, preamble, timeoutMs });

  it.each(functions.map((problem) => [problem.id, problem] as const))('%s passes its reference', async (_, problem) => {
    const { status, detail } = await graded(problem, problem.reference!);
    expect({ status, detail }).toEqual({ status: 'passed', detail: undefined });
  });

  it.each(functions.map((problem) => [problem.id, problem] as const))(
    '%s fails answers that look right',
    async (id, problem) => {
      const files = readdirSync(join(wrongDir, id));
      expect(files.length).toBeGreaterThanOrEqual(2);
      for (const file of files) {
        const { status, detail = '' } = await graded(problem, readFileSync(join(wrongDir, id, file), 'utf8'));
        expect([file, ['failed', 'timeout'].includes(status)]).toEqual([file, true]);
        // They fail for what they do, not because they do not compile.
        expect([file, detail]).not.toEqual([
          file,
          expect.stringMatching(/error TS\d+|invalid syntax|Unexpected token/),
        ]);
      }
    },
  );
});
