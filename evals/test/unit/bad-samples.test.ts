import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WhetstoneError } from '@whetstone/shared/errors';
import type { Dataset, Problem } from '../../src/problem.ts';
import { openSamples, publishedVerdicts } from '../../src/solvers/samples.ts';

const numbers = [0, 1, 2, 3, 4, 5];
const functions: Problem[] = numbers.map((number) => ({
  kind: 'function',
  id: `HumanEval/${number}`,
  prompt: `def f${number}(x):\n    """Task ${number}."""\n`,
  tags: [],
  language: 'python',
  entryPoint: `f${number}`,
  stem: `def f${number}(x):\n    """Task ${number}."""\n`,
  calls: [`f${number}`],
  handles: [],
  setup: '',
  tests: '',
  sameProcess: false,
}));
const instances: Problem[] = numbers.map((number) => ({
  kind: 'swe-bench',
  id: `made__up-${number}`,
  prompt: `Issue ${number}`,
  tags: [],
  repo: 'made/up',
  baseCommit: 'c'.repeat(40),
  version: '1',
  goldPatch: '',
  testPatch: '',
  failToPass: [],
  passToPass: [],
}));
const setOf = (name: string, problems: Problem[]): Dataset => ({
  name,
  sha256: '',
  problems,
  preamble: {},
  timeoutMs: 1,
});
const humaneval = setOf('humaneval', functions);
const sweBench = setOf('swe-bench-lite', instances);

type Fields = Record<string, unknown>;
const row = (number: number, more: Fields = {}): Fields => ({
  task_id: `HumanEval/${number}`,
  solution: `def f${number}(x):\n    return x\n`,
  ...more,
});
const rows = numbers.map((number) => row(number));
const lines = (...values: unknown[]) => values.map((value) => `${JSON.stringify(value)}\n`).join('');
const whole = lines(...rows);
/** All rows, the third in another form. */
const third = (value: unknown) => lines(...rows.with(2, value as Fields));
const labelled = (idOf: (number: number) => number) =>
  lines(...numbers.map((number) => row(number, { task_id: `HumanEval/${idOf(number)}` })));

const prediction = (number: number, more: Fields = {}) => ({
  instance_id: `made__up-${number}`,
  model_name_or_path: 'somebody',
  model_patch: `diff ${number}`,
  ...more,
});
const predictions = numbers.map((number) => prediction(number));
const evalPlus = (results: unknown) => JSON.stringify({ date: '', hash: '', eval: results });
const graded = (more: Fields = {}) => ({ solution: 'def f0(x): pass', base_status: 'pass', ...more });
const report = (more: Fields) => JSON.stringify({ stats: { resolved: 1 }, resolved: ['made__up-1'], ...more });

const asSamples: [what: string, of: Dataset, content: string | Uint8Array, message: RegExp][] = [
  // Cut off, or broken on the way.
  [
    'ends in its last row',
    humaneval,
    whole.slice(0, -10),
    /line 6: ends in the middle of a row: the file is truncated/,
  ],
  ['lost the end of a row', humaneval, whole.replace(/return x\\n"}\n/, ''), /line 1: not JSON/],
  ['was cut as gzip', humaneval, gzipSync(whole).subarray(0, 60), /does not unpack: it is truncated/],
  ['is no gzip behind its first bytes', humaneval, Buffer.from([0x1f, 0x8b, 1, 2, 3]), /does not unpack/],
  ['is an array without an end', humaneval, JSON.stringify(rows).slice(0, -1), /line 1 without closing: .* truncated/],
  ['ends in zero bytes', humaneval, `${whole}\0\0\0`, /line 7: not JSON/],
  ['has a byte that is no UTF-8', humaneval, Buffer.concat([Buffer.from(whole), Buffer.of(0xff)]), /line 7: not UTF-8/],
  ['is UTF-16', humaneval, Buffer.from(`\ufeff${whole}`, 'utf16le'), /line 1: not UTF-8/],
  ['is empty', humaneval, '', /is empty/],
  ['is blank', humaneval, '\n \n', /is empty/],
  ['is an empty array', humaneval, '[]', /is empty/],
  ['is a page that says 404', humaneval, '<!doctype html><p>404</p>', /line 1: not JSON/],
  [
    'points to a large file elsewhere',
    humaneval,
    'version https://git-lfs.example/spec/v1\noid 0\n',
    /line 1: not JSON/,
  ],
  ['has two rows in a line', humaneval, whole.replace('}\n{', '}{'), /line 1: not JSON/],
  ['has commas behind its rows', humaneval, whole.replaceAll('}\n', '},\n'), /line 1: not JSON/],
  // Rows that say too little.
  ['has a row that is a list', humaneval, third([1]), /line 3: the row: .*expected object/],
  ['has a row that is null', humaneval, third(null), /line 3: the row: .*expected object/],
  ['has a row without an id', humaneval, third({ solution: '' }), /line 3: task_id: missing/],
  ['has a row with half an id', humaneval, third(row(2, { task_id: 2.5 })), /line 3: task_id/],
  ['has a row without an answer', humaneval, third({ task_id: 2 }), /line 3: completion: missing/],
  ['has an answer that is null', humaneval, third(row(2, { solution: null })), /line 3: solution/],
  ['has an answer that is a number', humaneval, third({ task_id: 2, completion: 7 }), /line 3: completion/],
  ['has a verdict that is a word', humaneval, third(row(2, { is_solved: 'true' })), /line 3: is_solved/],
  [
    'has two verdicts on a row',
    humaneval,
    third(row(2, { is_solved: true, passed: false })),
    /line 3: passed: contradicts "is_solved"/,
  ],
  ['is an object around its rows', humaneval, JSON.stringify({ samples: rows }), /line 1: task_id: missing/],
  // Of something else.
  ['has an id that nobody has', humaneval, third(row(6)), /line 3: there is no problem "HumanEval\/6" in humaneval/],
  ['counts from one', humaneval, labelled((number) => number + 1), /line 6: there is no problem "HumanEval\/6"/],
  [
    'is off by one',
    humaneval,
    labelled((number) => (number + 1) % 6),
    /line 1: the row says "HumanEval\/1", and defines f0/,
  ],
  ['is shuffled', humaneval, labelled((number) => (number * 5 + 2) % 6), /line 1: .* so do \d more rows/],
  [
    'has two ids swapped',
    humaneval,
    labelled((number) => ({ 3: 4, 4: 3 })[number] ?? number),
    /line 4: the row says "HumanEval\/4", and defines f3, .* the two ids are swapped/,
  ],
  [
    'has a row with two ids',
    humaneval,
    third(row(2, { name: 'HumanEval_3_f3' })),
    /line 3: the row says "HumanEval\/2", and "HumanEval_3_f3" as well/,
  ],
  [
    'has the prompt of another',
    humaneval,
    third(row(2, { prompt: functions[3]!.prompt })),
    /line 3: .* that of HumanEval\/3/,
  ],
  [
    'is about another function',
    humaneval,
    third(row(2, { entry_point: 'f9' })),
    /line 3: "HumanEval\/2" is about the function f9/,
  ],
  ['is of another data set', sweBench, whole, /line 1: there is no problem "HumanEval\/0" in swe-bench-lite/],
  ['holds predictions', humaneval, JSON.stringify(predictions), /item 1: there is no problem "made__up-0"/],
  // More than once.
  ['has a row twice', humaneval, whole + lines(row(2)), /line 7: the same answer to HumanEval\/2 .*line 3/],
  ['is there twice', humaneval, whole + whole, /line 7: .* every row of the file is there 2 times/],
  [
    'is there twice, reordered',
    humaneval,
    whole + lines(...rows.toReversed()),
    /every row of the file is there 2 times/,
  ],
  ['repeats its first half', humaneval, whole + lines(...rows.slice(0, 3)), /line 7: the same answer/],
  // Predictions of SWE-bench.
  [
    'predicts twice',
    sweBench,
    JSON.stringify([...predictions, prediction(2)]),
    /item 7: the same answer to made__up-2/,
  ],
  [
    'predicts two things',
    sweBench,
    JSON.stringify([...predictions, prediction(2, { model_patch: 'diff' })]),
    /item 7: a second patch for made__up-2, whose first stands in .*item 3/,
  ],
  ['predicts for nobody', sweBench, JSON.stringify([prediction(7)]), /item 1: there is no problem "made__up-7"/],
  ['predicts nothing', sweBench, JSON.stringify([prediction(0), { instance_id: 'made__up-1' }]), /item 2: model_/],
  ['predicts an object', sweBench, JSON.stringify([prediction(0, { model_patch: {} })]), /item 1: model_patch/],
  ['is a report', sweBench, report({}), /is a report: it has verdicts and no answers/],
  // Results of EvalPlus.
  ['has no results', humaneval, evalPlus({}), /eval: is empty/],
  ['was cut', humaneval, evalPlus({ 'HumanEval/0': [graded()] }).slice(0, -4), /line 1: .* truncated/],
  [
    'has a status of its own',
    humaneval,
    evalPlus({ 'HumanEval/0': [graded({ base_status: 'ok' })] }),
    /eval\.HumanEval\/0\.0\.base_status/,
  ],
  [
    'has a result without a solution',
    humaneval,
    evalPlus({ 'HumanEval/0': [{ base_status: 'pass' }] }),
    /eval\.HumanEval\/0\.0\.solution/,
  ],
  ['has results of others', humaneval, evalPlus({ 'Mbpp/2': [graded()] }), /eval\.Mbpp\/2\.0: there is no problem/],
  [
    'files a result under another id',
    humaneval,
    evalPlus({ 'HumanEval/0': [graded({ task_id: 'HumanEval/1' })] }),
    /the row says "HumanEval\/0", and "HumanEval\/1" as well/,
  ],
];

const asVerdicts: typeof asSamples = [
  ['has none', humaneval, whole, /carries no verdicts/],
  [
    'lists an instance twice',
    sweBench,
    report({ resolved: ['made__up-1', 'made__up-1'] }),
    /resolved: lists an instance twice/,
  ],
  ['lists fewer than it counts', sweBench, report({ resolved: [] }), /stats\.resolved: is not how many/],
  [
    'lists an instance that nobody has',
    sweBench,
    report({ resolved: ['made__up-9'] }),
    /resolved\.0: there is no problem/,
  ],
  ['was cut', sweBench, report({}).slice(0, -2), /truncated/],
];

describe('a file of samples', () => {
  let path: string;
  beforeAll(async () => {
    path = join(await mkdtemp(join(tmpdir(), 'bad-samples-')), 'bad.jsonl');
  });
  afterAll(() => rm(join(path, '..'), { recursive: true }));
  const opened = async (of: Dataset, content: string | Uint8Array) => {
    await writeFile(path, content);
    return openSamples(path, of);
  };

  it('is taken as it should be, with a byte order mark or line ends of Windows too', async () => {
    for (const content of [whole, `\ufeff${whole}`, whole.replaceAll('\n', '\r\n'), JSON.stringify(rows, undefined, 2)])
      expect((await opened(humaneval, content)).subject).toMatchObject({ samples: 6, answered: 6 });
    expect((await opened(sweBench, JSON.stringify(predictions))).subject).toMatchObject({ samples: 6, answered: 6 });
    expect((await opened(humaneval, evalPlus({ 'HumanEval/0': [graded()] }))).subject).toMatchObject({ samples: 1 });
  });

  it.each(asSamples)('that %s is refused with place and reason', async (_, of, content, message) => {
    const refusal = await opened(of, content).then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(refusal).toBeInstanceOf(WhetstoneError);
    expect((refusal as WhetstoneError).message).toMatch(message);
  });

  it.each(asVerdicts)('whose verdicts are asked for and that %s is refused', async (_, of, content, message) => {
    await writeFile(path, content);
    await expect(publishedVerdicts(path, of)).rejects.toThrow(message);
  });
});
