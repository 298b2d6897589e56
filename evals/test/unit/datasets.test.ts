import { mkdtemp, rm, writeFile, mkdir, copyFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { testData } from '../../../test/support/test-data.ts';
import { loadDataset } from '../../src/datasets/load.ts';
import type { FunctionProblem, SweBenchProblem } from '../../src/problem.ts';

const { path: data, missing } = testData('evals');

describe('loading a data set', () => {
  let dir: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'datasets-'));
  });
  afterEach(() => rm(dir, { recursive: true }));
  const options = () => ({ datasetsDir: join(dir, 'sets') });
  const file = async (name: string, content: string | Uint8Array) => {
    await mkdir(dirname(join(dir, name)), { recursive: true });
    await writeFile(join(dir, name), content);
    return join(dir, name);
  };
  const row = {
    task_id: 'Own/0',
    prompt: 'def helper(x):\n    return x\n\n\ndef f(x):\n    """Doc."""\n',
    entry_point: 'f',
    test: 'def check(candidate):\n    assert candidate(1) == helper(1)\n',
    canonical_solution: '    return x\n',
  };

  it('fetches nothing, and says what to type', async () => {
    await expect(loadDataset('humaneval', options())).rejects.toThrow(/whetstone-evals datasets pull humaneval/);
  });

  it('stops at a hash that is not the pinned one, with both, unless told otherwise', async () => {
    await file('sets/humaneval/HumanEval.jsonl.gz', gzipSync(JSON.stringify(row)));
    await expect(loadDataset('humaneval', options())).rejects.toThrow(/SHA-256 is [0-9a-f]{64}, expected b796127e/);
    const { problems, sha256 } = await loadDataset('humaneval', { ...options(), allowUnknownHash: true });
    expect(problems.map(({ id }) => id)).toEqual(['Own/0']);
    expect(sha256).toMatch(/^[0-9a-f]{64}$/);
  });

  it('runs helpers of the prompt beside the tests, without the function that is asked for', async () => {
    const { problems } = await loadDataset(await file('own.jsonl', JSON.stringify(row)), options());
    const [problem] = problems as FunctionProblem[];
    expect(problem).toMatchObject({
      calls: ['f'],
      handles: [],
      setup: 'def helper(x):\n    return x\n\n\n',
      reference: `${row.prompt}${row.canonical_solution}`,
    });
    expect(problem!.tests).toMatch(/\ncheck\(f\)\n$/);
  });

  it('knows classes that tests hold, imports that tests use, and CRLF', async () => {
    const mbpp = {
      task_id: 7,
      text: 'Do it.',
      code: 'import sys\r\nclass Node:\r\n    pass\r\ndef sum(n):\r\n    return n.x\r\n',
      test_setup_code: 'root = Node()\r\nroot.x = 1',
      test_list: ['assert sum(root) == sys.maxsize or sum(root) == 1'],
      challenge_test_list: [],
    };
    const { problems } = await loadDataset(await file('own.jsonl', `${JSON.stringify(mbpp)}\n`), options());
    expect(problems[0]).toMatchObject({
      id: 'MBPP/7',
      entryPoint: 'sum',
      calls: ['sum', 'Node'],
      handles: ['Node'],
      setup: 'import sys\n\nroot = Node()\nroot.x = 1',
      tags: ['split:prompt'],
    });
    expect(problems[0]!.prompt).toContain('assert sum(root)');
  });

  it.each([
    [
      'a field that is wrong',
      `${JSON.stringify(row)}\n${JSON.stringify({ ...row, task_id: 'Own/1', entry_point: 5 })}\n`,
      'own.jsonl, line 2: entry_point',
    ],
    [
      'a line that is no JSON',
      `${JSON.stringify(row)}\n{"task\n${JSON.stringify(row)}\n`,
      'own.jsonl, line 2: not JSON',
    ],
    [
      'a torn end',
      `${JSON.stringify(row)}\n{"task_id": "Own/1", "pro`,
      'own.jsonl, line 2: ends in the middle of a row: the file is truncated',
    ],
    [
      'an id twice',
      `${JSON.stringify(row)}\n${JSON.stringify(row)}\n`,
      'own.jsonl, line 2: Own/0 stands already in own.jsonl, line 1',
    ],
    ['rows of nothing known', '{"a": 1}\n', 'holds no problems'],
    ['nothing', '\n', 'holds no problems'],
  ])('refuses %s by its place', async (_, content, message) => {
    await expect(loadDataset(await file('own.jsonl', content), options())).rejects.toThrow(message);
  });

  it('refuses bytes that are no UTF-8 by their line, and a torn gzip', async () => {
    const bytes = Buffer.concat([Buffer.from(`${JSON.stringify(row)}\n"`), Buffer.from([0xff]), Buffer.from('"\n')]);
    await expect(loadDataset(await file('own.jsonl', bytes), options())).rejects.toThrow(
      'own.jsonl, line 2: not UTF-8',
    );
    const torn = gzipSync(JSON.stringify(row)).subarray(0, 60);
    await expect(loadDataset(await file('own.jsonl.gz', torn), options())).rejects.toThrow('it is truncated');
  });

  it('names what there is where a name is wrong', async () => {
    await expect(loadDataset('humanevil', options())).rejects.toThrow(/neither one of starter, humaneval, mbpp/);
  });

  it('has at least 24 problems of its own, in both languages', async () => {
    const { problems, name } = await loadDataset('starter', options());
    const of = (language: string) =>
      problems.filter((problem) => problem.kind === 'function' && problem.language === language);
    expect(name).toBe('starter');
    expect(of('python').length).toBeGreaterThanOrEqual(12);
    expect(of('typescript').length).toBeGreaterThanOrEqual(12);
    for (const problem of problems as FunctionProblem[]) expect(problem.tests).not.toMatch(/^(?:from|import) /m);
  });

  describe.skipIf(missing)(`published ones${missing ? ` (skipped: ${missing})` : ''}`, () => {
    it.each([
      ['humaneval', 164],
      ['mbpp', 974],
      ['mbpp-sanitized', 427],
      ['swe-bench-lite', 300],
    ])('reads all of %s', async (name, count) => {
      expect((await loadDataset(name, { datasetsDir: data })).problems.length).toBe(count);
    });

    it('reads the lists of SWE-bench that are text', async () => {
      const { problems } = await loadDataset('swe-bench-lite', { datasetsDir: data });
      const rows = problems as SweBenchProblem[];
      const sum = (lists: (readonly string[])[]) => lists.reduce((total, list) => total + list.length, 0);
      expect([sum(rows.map((one) => one.failToPass)), sum(rows.map((one) => one.passToPass))]).toEqual([1040, 24536]);
    });

    it('knows a published file by its hash, wherever it lies', async () => {
      await copyFile(`${data}/mbpp/mbpp.jsonl`, join(dir, 'renamed.jsonl'));
      expect((await loadDataset(join(dir, 'renamed.jsonl'), options())).name).toBe('mbpp');
    });

    it('finds helpers, handles and set-up in the rows that have them', async () => {
      const he = (await loadDataset('humaneval', { datasetsDir: data })).problems as FunctionProblem[];
      expect(he.filter(({ setup }) => setup !== '').map(({ id }) => id)).toEqual([
        'HumanEval/32',
        'HumanEval/38',
        'HumanEval/50',
      ]);
      const mbpp = (await loadDataset('mbpp', { datasetsDir: data })).problems as FunctionProblem[];
      expect(mbpp.filter(({ handles }) => handles.length).map(({ id }) => id)).toEqual([
        'MBPP/367',
        'MBPP/601',
        'MBPP/927',
      ]);
      expect(mbpp.filter(({ setup }) => setup !== '').map(({ id }) => id)).toEqual([
        'MBPP/367',
        'MBPP/596',
        'MBPP/927',
      ]);
      expect(mbpp.find(({ id }) => id === 'MBPP/126')!.calls).toEqual(['sum']);
    });
  });
});
