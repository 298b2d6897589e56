import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { testData } from '../../../test/support/test-data.ts';
import { compareRuns } from '../../src/compare/compare-runs.ts';
import { recordedRun } from '../support/recorded-run.ts';

const { path, missing } = testData('evals/samples');
const absent = missing ?? (existsSync(`${path}/ldb`) ? undefined : 'WHETSTONE_TEST_DATA has no evals/samples/ldb');

/** Verdicts as published with the samples, counted in Python; p of statsmodels 0.13.5 and, one-sided, of scipy 1.10.1. */
const pairs: [a: string, b: string, both: number, lost: number, gained: number, twoSided: number, drop: number][] = [
  [
    'reflexion/humaneval.simple.gpt-4',
    'ldb/humaneval.seed.gpt-3.5-turbo-0613',
    110,
    24,
    11,
    0.040959591511636986,
    0.020479795755818493,
  ],
  [
    'reflexion/humaneval.simple.gpt-4',
    'reflexion/humaneval.simple.text-davinci-003',
    92,
    42,
    4,
    5.100190492157708e-9,
    2.550095246078854e-9,
  ],
  [
    'ldb/humaneval.seed.gpt-3.5-turbo-0613',
    'ldb/humaneval.ldb.gpt-3.5-turbo-0613',
    120,
    1,
    16,
    0.000274658203125,
    0.9999923706054688,
  ],
  ['ldb/humaneval.seed.starcoder', 'ldb/humaneval.ldb.starcoder', 64, 0, 1, 1, 1],
  ['ldb/humaneval.seed.codellama', 'ldb/humaneval.seed.starcoder', 51, 30, 13, 0.0137181850586785, 0.00685909252933925],
  ['ldb/mbpp.seed.codellama', 'ldb/mbpp.seed.starcoder', 211, 45, 47, 0.9170405196524722, 0.6226741251947505],
  [
    'ldb/mbpp.seed.codellama',
    'ldb/mbpp.seed.gpt-3.5-turbo-0613',
    231,
    25,
    107,
    2.7976456925235377e-13,
    0.999999999999968,
  ],
];

const Row = z.object({ task_id: z.coerce.string(), is_solved: z.boolean() });

function published(name: string) {
  const lines = readFileSync(`${path}/${name}.jsonl`, 'utf8').trim().split('\n');
  const rows = lines.map((line) => Row.parse(JSON.parse(line)));
  return recordedRun({
    directory: name,
    samples: Object.fromEntries(rows.map((row) => [row.task_id, row.is_solved ? 'passed' : 'failed'])),
  });
}

describe.skipIf(absent)(`published verdicts of real models${absent ? ` (${absent})` : ''}`, () => {
  it.each(pairs)('%s against %s: %d in both, %d lost, %d gained', (a, b, both, lost, gained, twoSided, drop) => {
    const { counts, test, isSeparated } = compareRuns(published(a), published(b), { draws: 0 });
    expect(counts).toMatchObject({ both, onlyFirst: lost, onlySecond: gained });
    expect(Math.abs(test.p.twoSided / twoSided - 1)).toBeLessThan(1e-9);
    expect(Math.abs(test.p.drop / drop - 1)).toBeLessThan(1e-9);
    expect(isSeparated).toBe(twoSided < 0.05);
  });
});
