import { describe, expect, it } from 'vitest';
import { holm, mcnemarExact, tieGroups } from '../../src/stats/index.ts';
import { worstDeviation } from './support.ts';

/** statsmodels 0.13.5, multipletests(method='holm'). */
const adjusted: [raw: number[], holm: number[]][] = [
  [
    [0.01, 0.04, 0.03, 0.005],
    [0.03, 0.06, 0.06, 0.02],
  ],
  [
    [0.2, 0.2, 0.2],
    [0.6, 0.6, 0.6],
  ],
  [
    [0.9, 0.001, 0.001, 0.5, 0.02, 0.049],
    [1, 0.006, 0.006, 1, 0.08, 0.147],
  ],
  [
    [0, 1],
    [0, 1],
  ],
  [[0.05], [0.05]],
];

describe("Holm's adjustment", () => {
  it('is that of statsmodels', () => {
    const worst = worstDeviation(
      adjusted.flatMap(([raw, expected]) => holm(raw).map((p, i): [number, number] => [p, expected[i]!])),
    );
    console.info(`Holm beside statsmodels: worst ${worst}`);
    expect(worst).toBeLessThan(1e-9);
  });

  it('of no tests is nothing, and refuses what is no p-value', () => {
    expect(holm([])).toEqual([]);
    expect(() => holm([0.5, NaN])).toThrow(RangeError);
    expect(() => holm([1.1])).toThrow(RangeError);
  });
});

describe('standings', () => {
  it('leave open the places that tests cannot tell apart', () => {
    // Of 500: two leaders, two in the middle that only the first leader surely beats, one far below.
    const scores = [0.8, 0.78, 0.74, 0.73, 0.4];
    const far = new Set(['0 2', '0 3', '0 4', '1 4', '2 4', '3 4']);
    const pOf = (i: number, j: number) => (far.has(`${Math.min(i, j)} ${Math.max(i, j)}`) ? 0.0001 : 0.4);
    expect(tieGroups(scores, pOf)).toEqual([
      { ranks: [1, 2], group: 1 },
      { ranks: [1, 4], group: 1 },
      { ranks: [2, 4], group: 2 },
      { ranks: [2, 4], group: 2 },
      { ranks: [5, 5], group: 3 },
    ]);
  });

  it('keep the order in which they came, and equal scores together', () => {
    expect(tieGroups([0.1, 0.9, 0.1], () => 0.00001)).toEqual([
      { ranks: [2, 3], group: 2 },
      { ranks: [1, 1], group: 1 },
      { ranks: [2, 3], group: 2 },
    ]);
  });

  it('mind how many pairs were tested', () => {
    const twenty = Array.from({ length: 20 }, (_, i) => i / 20);
    // .01 separates two alone, and none of 190 pairs.
    expect(tieGroups([0.2, 0.6], () => 0.01).map(({ group }) => group)).toEqual([2, 1]);
    expect(new Set(tieGroups(twenty, () => 0.01).map(({ group }) => group))).toEqual(new Set([1]));
  });

  it('of paired verdicts by McNemar are what one expects', () => {
    const passes = [100, 96, 60].map((count) => Array.from({ length: 120 }, (_, i) => i < count));
    const pOf = (i: number, j: number) => {
      const lost = passes[i]!.filter((passed, at) => passed && !passes[j]![at]).length;
      const gained = passes[j]!.filter((passed, at) => passed && !passes[i]![at]).length;
      return mcnemarExact(lost, gained).twoSided;
    };
    expect(tieGroups([100 / 120, 96 / 120, 0.5], pOf).map(({ group }) => group)).toEqual([1, 1, 2]);
  });

  it('of one, and of none', () => {
    expect(tieGroups([0.5], () => 1)).toEqual([{ ranks: [1, 1], group: 1 }]);
    expect(tieGroups([], () => 1)).toEqual([]);
    expect(() => tieGroups([NaN], () => 1)).toThrow(RangeError);
  });
});
