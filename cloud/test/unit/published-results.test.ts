import { describe, expect, it } from 'vitest';
import { testData } from '../../../test/support/test-data.ts';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAider } from '../../src/features/evals/leaderboard/published/aider.ts';
import { parseEvalPlus } from '../../src/features/evals/leaderboard/published/evalplus.ts';
import { parseSweBench } from '../../src/features/evals/leaderboard/published/swe-bench.ts';

const codeOf = (work: () => unknown) => {
  try {
    work();
  } catch (error) {
    return error as { code: string; message: string };
  }
  throw new Error('nothing was refused');
};

describe('results.json of EvalPlus', () => {
  const file = {
    'A model': { 'pass@1': { humaneval: 50, 'humaneval+': 45.1, mbpp: null, 'mbpp+': 60 }, size: null },
    'Another model': { 'pass@1': { humaneval: 101 } },
    'No figures': { size: 7 },
    ' ': { 'pass@1': { humaneval: 1 } },
    __proto__: { 'pass@1': { humaneval: 3, constructor: 4 } },
  };

  it('gives a claim for each figure, and names what is strange', () => {
    const { claims, skipped } = parseEvalPlus(JSON.stringify(file), undefined);
    expect(claims).toEqual([
      { dataset: 'humaneval', n: 164, model: 'A model', metric: 'pass@1', rate: 0.5 },
      { dataset: 'humaneval-plus', n: 164, model: 'A model', metric: 'pass@1', rate: 0.451 },
      { dataset: 'mbpp-plus', model: 'A model', metric: 'pass@1', rate: 0.6 },
    ]);
    expect(skipped).toEqual([
      expect.stringContaining('" ": no name'),
      expect.stringContaining('Another model: pass@1.humaneval'),
      expect.stringContaining('No figures: pass@1'),
    ]);
  });

  it('is refused as a whole when it is none', () => {
    for (const content of ['{', '[]', '3', 'null'])
      expect(codeOf(() => parseEvalPlus(content, undefined)).code).toBe('invalid');
  });
});

describe('leaderboards.json of SWE-bench', () => {
  const details = (resolved: number, all: number) =>
    Object.fromEntries(Array.from({ length: all }, (_, i) => [`case-${i}`, { resolved: i < resolved, cost: 1 }]));

  it('counts again where it tells every verdict, over the whole data set', () => {
    const { claims, skipped } = parseSweBench(
      JSON.stringify({
        leaderboards: [
          {
            name: 'Lite',
            results: [
              { name: 'An agent', resolved: 10, date: '2025-06-05', cost: 0, per_instance_details: details(29, 290) },
              { name: 'Another', resolved: 5.5, date: null, cost: 12.5, logs: false },
              { name: 'Broken', resolved: 'many' },
              7,
            ],
          },
          { name: 'Bash Only!', results: [{ name: 'A third', resolved: 50, per_instance_details: details(1, 2) }] },
        ],
      }),
      undefined,
    );
    expect(claims).toEqual([
      expect.objectContaining({
        dataset: 'swe-bench-lite',
        model: 'An agent',
        rate: 0.1,
        n: 300,
        costUsd: undefined,
        date: '2025-06-05',
        recomputedRate: 29 / 300,
      }),
      expect.objectContaining({
        dataset: 'swe-bench-lite',
        model: 'Another',
        rate: 0.055,
        costUsd: 12.5,
        recomputedRate: undefined,
      }),
      expect.objectContaining({ dataset: 'swe-bench-bash-only', model: 'A third', n: 2, recomputedRate: 0.5 }),
    ]);
    expect(skipped).toEqual([expect.stringContaining('Broken: resolved'), expect.stringContaining('Lite 4')]);
  });

  it('is refused as a whole when it is none', () => {
    for (const content of ['{', '[]', '{"leaderboards":3}', '{"leaderboards":[{"results":[]}]}'])
      expect(codeOf(() => parseSweBench(content, undefined)).code).toBe('invalid');
  });
});

describe('the YAML of Aider', () => {
  it('tells both tries, counts again, and takes a cost of 0 for unknown', () => {
    const content = [
      '- model: some-model',
      '  edit_format: diff',
      '  test_cases: 224',
      '  pass_rate_1: 20.4',
      '  pass_num_1: 46',
      '  pass_rate_2: 35.6',
      '  pass_num_2: 80',
      '  date: 2025-02-25',
      '  total_cost: 0.0000',
      '- model: broken',
      '  pass_rate_1: lots',
      '- just words',
    ].join('\n');
    const { claims, skipped } = parseAider(content, undefined);
    expect(claims.map(({ metric, rate, recomputedRate }) => [metric, rate, recomputedRate])).toEqual([
      ['pass_rate_1', 20.4 / 100, 46 / 224],
      ['pass_rate_2', 35.6 / 100, 80 / 224],
    ]);
    expect(claims[0]).toMatchObject({
      dataset: 'aider-polyglot',
      model: 'some-model (diff)',
      n: 224,
      date: '2025-02-25',
    });
    expect(claims[0]!.costUsd).toBeUndefined();
    expect(skipped).toEqual([expect.stringContaining('broken: pass_rate_1'), expect.stringContaining('entry 3')]);
  });

  it('is refused as a whole when it is none, unfolds nothing and runs nothing', () => {
    const bomb = `a: &a [1,1]\n${Array.from({ length: 20 }, (_, i) => `b${i}: &b${i} [*a,*a]`).join('\n')}`;
    for (const content of ['a: 1', 'just words', '- [', bomb, '- &x {model: y}\n- *x'])
      expect(codeOf(() => parseAider(content, undefined)).code).toBe('invalid');
    expect(parseAider('- !!js/function "x"', undefined).claims).toEqual([]);
  });

  it('of the real board is taken whole', ({ skip }) => {
    const { path, missing } = testData('evals/aider');
    if (missing !== undefined) return skip(missing);
    const { claims, skipped } = parseAider(readFileSync(join(path, 'polyglot_leaderboard.yml'), 'utf8'), undefined);
    expect(skipped).toEqual([]);
    // 69 entries of two tries, 18 of them without a price.
    expect(claims).toHaveLength(138);
    const second = claims.filter(({ metric }) => metric === 'pass_rate_2');
    expect(second.filter(({ costUsd }) => costUsd === undefined)).toHaveLength(18);
    expect(second.every(({ recomputedRate }) => recomputedRate !== undefined)).toBe(true);
    const apart = second.filter(({ rate, recomputedRate }) => Math.abs(rate - recomputedRate!) > 0.0006);
    expect(apart.length).toBeLessThanOrEqual(6);
    console.info(
      `Aider: ${second.length} models; rates that the counts contradict: ${apart.map(({ model, rate, recomputedRate }) => `${model} ${rate} <> ${recomputedRate!.toFixed(3)}`).join(', ')}`,
    );
  });
});
