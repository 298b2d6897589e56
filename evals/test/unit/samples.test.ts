import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { testData } from '../../../test/support/test-data.ts';
import { loadDataset } from '../../src/datasets/load.ts';
import { programOf } from '../../src/graders/program.ts';
import type { Dataset, FunctionProblem } from '../../src/problem.ts';
import { openSamples, publishedVerdicts, samplesOfRows, type SamplesOptions } from '../../src/solvers/samples.ts';
import { publishedFiles } from '../support/published-files.ts';

const { path: data, missing } = testData('evals');
const never = new AbortController().signal;

const problem = (number: number, more: Partial<FunctionProblem> = {}): FunctionProblem => ({
  kind: 'function',
  id: `MBPP/${number}`,
  prompt: `Task ${number}`,
  tags: [],
  language: 'python',
  entryPoint: `f${number}`,
  calls: [`f${number}`],
  handles: [],
  setup: '',
  tests: '',
  reference: `def f${number}(): pass\n`,
  sameProcess: false,
  ...more,
});
const dataset: Dataset = {
  name: 'mbpp',
  sha256: '',
  problems: [1, 2, 3].map((number) => problem(number)),
  preamble: {},
  timeoutMs: 1,
};
const lines = (...rows: unknown[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join('');

describe('recorded samples', () => {
  let dir: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'samples-'));
  });
  afterEach(() => rm(dir, { recursive: true }));
  const open = async (content: string | Uint8Array, options?: SamplesOptions, of = dataset) => {
    await writeFile(join(dir, 's.jsonl'), content);
    return openSamples(join(dir, 's.jsonl'), of, options);
  };

  it('knows problems by every way of writing their ids', async () => {
    const solver = await open(
      lines({ task_id: 'Mbpp/1', solution: 'a' }, { task_id: 2, solution: 'b' }, { name: 'mbpp_3_f3', solution: 'c' }),
    );
    const answers = await Promise.all(dataset.problems.map((one) => solver.solve(one, 0, never)));
    expect(answers.map(({ answer }) => answer)).toEqual(['a', 'b', 'c'].map((text) => ({ kind: 'program', text })));
    expect(solver.subject).toMatchObject({
      kind: 'samples',
      label: 's.jsonl',
      format: 'human-eval',
      samples: 3,
      problems: 3,
    });
  });

  it('takes repeats for samples of their own', async () => {
    const solver = await open(
      gzipSync(
        lines(
          ...[1, 2, 3].flatMap((id) => [
            { task_id: id, solution: 'a' },
            { task_id: id, solution: `b${id}` },
          ]),
        ),
      ),
    );
    expect(dataset.problems.map((one) => solver.samplesOf!(one))).toEqual([2, 2, 2]);
    expect((await solver.solve(dataset.problems[1]!, 1, never)).answer).toEqual({ kind: 'program', text: 'b2' });
  });

  it('fails what the file leaves out, so that the denominator stays', async () => {
    const solver = await open(lines({ task_id: 1, solution: 'a' }));
    expect(dataset.problems.map((one) => solver.samplesOf!(one))).toEqual([1, 1, 1]);
    expect((await solver.solve(dataset.problems[2]!, 0, never)).answer).toEqual({
      kind: 'none',
      reason: 'no sample in the file',
    });
    const narrow = await open(lines({ task_id: 1, solution: 'a' }), { missing: 'left-out' });
    expect(dataset.problems.map((one) => narrow.samplesOf!(one))).toEqual([1, 0, 0]);
  });

  it('counts over the published split that holds all of the file', async () => {
    const split = {
      ...dataset,
      problems: [problem(1), problem(2, { tags: ['split:test'] }), problem(3, { tags: ['split:test'] })],
    };
    const solver = await open(lines({ task_id: 2, solution: 'a' }), {}, split);
    expect(split.problems.map((one) => solver.samplesOf!(one))).toEqual([0, 1, 1]);
    const wider = await open(lines({ task_id: 1, solution: 'a' }, { task_id: 2, solution: 'a' }), {}, split);
    expect(split.problems.map((one) => wider.samplesOf!(one))).toEqual([1, 1, 1]);
  });

  it.each([
    [
      'torn',
      `${lines({ task_id: 1, solution: 'a' })}{"task_id": 2, "solu`,
      's.jsonl, line 2: ends in the middle of a row: the file is truncated',
    ],
    [
      'of another data set',
      lines({ task_id: 1, solution: 'a' }, { task_id: 'MBPP/9', solution: 'a' }),
      's.jsonl, line 2: there is no problem "MBPP/9" in mbpp',
    ],
    [
      'about another function',
      lines({ task_id: 1, solution: 'a', entry_point: 'g' }),
      's.jsonl, line 1: "1" is about the function g, and in mbpp about f1',
    ],
    [
      'with the prompt of another problem',
      lines({ task_id: 1, solution: 'a', prompt: 'task 2!' }),
      's.jsonl, line 1: the row says "1", and its prompt is that of MBPP/2',
    ],
    [
      'off by one',
      lines(...[1, 2, 3].map((id) => ({ task_id: id, solution: `def f${(id % 3) + 1}(): pass` }))),
      's.jsonl, line 1: the row says "MBPP/1", and defines f2',
    ],
    ['without an answer', lines({ task_id: 1 }), 's.jsonl, line 1: completion: missing'],
    ['without an id', lines({ solution: 'a' }), 's.jsonl, line 1: task_id: missing'],
    ['of the wrong type', lines({ task_id: 1, completion: ['a'] }), 's.jsonl, line 1: completion'],
    [
      'with a row twice',
      lines({ task_id: 1, solution: 'a' }, { task_id: 2, solution: 'b' }, { task_id: 1, solution: 'a' }),
      's.jsonl, line 3: the same answer to MBPP/1 stands already in s.jsonl, line 1, and problems have unequal',
    ],
    [
      'there twice',
      lines(...[1, 2, 1, 2].map((id) => ({ task_id: id, solution: `${id}` }))),
      'every row of the file is there 2 times',
    ],
    ['empty', '', 'is empty'],
  ])('refuses a file that is %s, with line and reason', async (_, content, message) => {
    await expect(open(content)).rejects.toThrow(message);
  });

  it('speaks of rows that came in a request in its words', () => {
    const rows = [1, 2, 1].map((id) => ({ task_id: `MBPP/${id}`, solution: 'a' }));
    expect(() => samplesOfRows(rows, dataset, { allowDuplicatesBy: '"allowDuplicates": true' })).toThrow(
      /^subject\.samples\.2: .* in subject\.samples\.0, [^-]*or say "allowDuplicates": true if/,
    );
  });

  it('takes equal samples where they were asked for', async () => {
    const solver = await open(lines({ task_id: 1, solution: 'a' }, { task_id: 1, solution: 'a' }), {
      allowDuplicates: true,
    });
    expect(solver.samplesOf!(dataset.problems[0]!)).toBe(2);
  });

  it('reads what EvalPlus graded, and its verdicts', async () => {
    const content = JSON.stringify({
      eval: {
        'Mbpp/1': [{ task_id: 'Mbpp/1', solution: 'a', base_status: 'pass', plus_status: 'fail' }],
        'Mbpp/2': [{ solution: 'b', base_status: 'fail' }],
      },
    });
    expect((await open(content)).subject['format']).toBe('evalplus-results');
    expect((await publishedVerdicts(join(dir, 's.jsonl'), dataset)).verdicts).toEqual([
      { problemId: 'MBPP/1', sampleIndex: 0, passed: true },
      { problemId: 'MBPP/2', sampleIndex: 0, passed: false },
    ]);
  });

  it('continues the stem with a body, starts over with a function, and leaves another program alone', async () => {
    const stem = 'import math\ndef f1():\n    """Doc."""\n';
    const of = { ...dataset, problems: [problem(1, { stem })] };
    const programFor = async (row: object) => {
      const solver = await open(lines({ task_id: 1, ...row }), {}, of);
      return programOf(
        of.problems[0]! as FunctionProblem,
        (await solver.solve(of.problems[0]!, 0, never)).answer,
        'PRE',
      );
    };
    expect(await programFor({ completion: '    return 1\n' })).toBe(`PRE\n${stem}    return 1\n`);
    expect(await programFor({ solution: '    return 1\n' })).toBe(`PRE\n${stem}    return 1\n`);
    expect(await programFor({ solution: 'def f1():\n    return 1\n' })).toBe(
      `PRE\n${stem}    pass\ndef f1():\n    return 1\n`,
    );
    expect(await programFor({ solution: 'def g():\n    return 1\n' })).toBe('PRE\ndef g():\n    return 1\n');
    expect(await programFor({ solution: 'from __future__ import annotations\ndef f1(): pass\n' })).toMatch(
      /^from __future__ import annotations\nPRE\nimport math\n/,
    );
  });

  it('takes an indented solution for a body only in a file of bodies', async () => {
    const stem = 'def f1():\n';
    const of = { ...dataset, problems: [1, 2, 3].map((number) => problem(number, { stem })) };
    const kinds = async (...solutions: string[]) => {
      const solver = await open(
        lines(...solutions.map((solution, index) => ({ task_id: index + 1, solution }))),
        {},
        of,
      );
      const solved = await Promise.all(of.problems.map((one) => solver.solve(one, 0, never)));
      return solved.map(({ answer }) => answer.kind);
    };
    const [body, empty] = ['    return 1\n', ''];
    expect(await kinds(body, body, empty)).toEqual(['completion', 'completion', 'program']);
    expect(await kinds('def f1(): pass\n', 'def f2(): pass\n', body)).toEqual(['completion', 'completion', 'program']);
  });

  describe.skipIf(missing)(`of others${missing ? ` (skipped: ${missing})` : ''}`, () => {
    it.each(publishedFiles)(
      'imports $file with $passed of $rows passed',
      async ({ file, dataset: name, rows, passed }) => {
        const path = `${data}/samples/${file}.jsonl`;
        const of = await loadDataset(name === 'its own' ? path : name, { datasetsDir: data });
        const { verdicts } = await publishedVerdicts(path, of);
        expect([verdicts.length, verdicts.filter((verdict) => verdict.passed).length]).toEqual([rows, passed]);
        const solver = await openSamples(path, of);
        expect(of.problems.filter((one) => solver.samplesOf!(one) > 0).length).toBe(rows);
      },
    );

    it('counts 28 of 300 for a run of SWE-bench that left 29 out', async () => {
      const of = await loadDataset('swe-bench-lite', { datasetsDir: data });
      const solver = await openSamples(`${data}/samples/swe-agent/swe-agent.cost_2_1.all_preds.json`, of);
      const answers = await Promise.all(of.problems.map((one) => solver.solve(one, 0, never)));
      const reasons = answers.map(({ answer }) => (answer.kind === 'none' ? answer.reason : answer.kind));
      const count = (reason: string) => reasons.filter((one) => one === reason).length;
      expect([count('patch'), count('the patch is empty'), count('no sample in the file')]).toEqual([245, 26, 29]);
      const report = await publishedVerdicts(`${data}/samples/swe-agent/swe-agent.cost_2_1.final_report.json`, of);
      expect([report.verdicts.length, report.verdicts.filter(({ passed }) => passed).length]).toEqual([300, 28]);
    });

    it('refuses MBPP as others reworded it for MBPP', async () => {
      const of = await loadDataset('mbpp', { datasetsDir: data });
      await expect(openSamples(`${data}/samples/reflexion/mbpp.simple.gpt-4.jsonl`, of)).rejects.toThrow(
        /these samples are of another data set/,
      );
    });
  });
});
