import { describe, expect, it } from 'vitest';
import {
  decideAll,
  decideGate,
  defaultLimits,
  type GateFacts,
  type GateLimits,
  type GateVerdict,
} from '../../src/compare/gate.ts';

/** A comparison in which nothing is wrong. */
const quiet: GateFacts = {
  rateB: 0.7,
  difference: 0,
  adjustedP: { twoSided: 1, drop: 0.5, gain: 0.5 },
  missing: { a: { errors: 0, skipped: 0, samples: 164 }, b: { errors: 0, skipped: 0, samples: 164 } },
  unpriced: { a: 0, b: 0 },
};

const dropped = (points: number, p: number): Partial<GateFacts> => ({
  difference: -points / 100,
  adjustedP: { twoSided: Math.min(1, 2 * p), drop: p, gain: 1 - p },
});
const without = (errors: number, skipped: number, samples = 100) => ({ errors, skipped, samples });
const none = without(0, 0);
const costs = (change: number, interval?: [number, number]): Partial<GateFacts> => ({
  costUsd: { a: 1, b: 1 + change, change, ...(interval && { interval }) },
});

const table: [what: string, facts: Partial<GateFacts>, limits: Partial<GateLimits>, verdict: GateVerdict][] = [
  ['nothing changed', {}, {}, 'pass'],
  ['a gain', dropped(-12, 0.999), {}, 'pass'],
  ['a small drop that chance may do', dropped(3, 0.2), {}, 'pass'],
  ['a large drop that chance may do', dropped(6, 0.06), {}, 'suspect'],
  ['a small drop that chance hardly does', dropped(3, 0.001), {}, 'suspect'],
  ['a large drop that chance hardly does', dropped(6, 0.01), {}, 'fail'],
  ['a drop of exactly the limit', dropped(5, 0.01), {}, 'suspect'],
  ['p of exactly alpha', dropped(6, 0.05), {}, 'suspect'],
  ['a large drop beside a wider limit', dropped(6, 0.01), { maxDropPoints: 10 }, 'suspect'],
  ['a drop beside no tolerance at all', dropped(1, 0.01), { maxDropPoints: 0 }, 'fail'],
  ['a large drop beside a stricter alpha', dropped(6, 0.04), { alpha: 0.01 }, 'suspect'],
  ['2 % of B without a verdict', { missing: { a: none, b: without(2, 0) } }, {}, 'pass'],
  ['3 % of B without a verdict', { missing: { a: none, b: without(2, 1) } }, {}, 'undecidable'],
  ['3 % of A without a verdict', { missing: { a: without(3, 0), b: none } }, {}, 'undecidable'],
  ['many errors, and a drop', { ...dropped(20, 1e-9), missing: { a: none, b: without(30, 0) } }, {}, 'undecidable'],
  ['many errors where many are allowed', { missing: { a: none, b: without(30, 0) } }, { maxErrorRate: 0.5 }, 'pass'],
  ['no samples at all', { missing: { a: none, b: without(0, 0, 0) } }, {}, 'undecidable'],
  ['a cost that nobody limits', costs(3, [2, 4]), {}, 'pass'],
  ['a cost within its limit', costs(0.1, [0.05, 0.15]), { maxCostIncreasePercent: 10 }, 'pass'],
  ['a cost above its limit', costs(0.3, [0.1, 0.5]), { maxCostIncreasePercent: 10 }, 'fail'],
  ['a cost above its limit that chance may do', costs(0.3, [-0.1, 0.7]), { maxCostIncreasePercent: 10 }, 'suspect'],
  ['a cost without an interval', costs(0.3), { maxCostIncreasePercent: 10 }, 'suspect'],
  ['a cost that is not known, limited', { unpriced: { a: 0, b: 4 } }, { maxCostIncreasePercent: 10 }, 'undecidable'],
  ['a pass rate of exactly the least', {}, { minPassRate: 0.7 }, 'pass'],
  ['a pass rate below the least', {}, { minPassRate: 0.71 }, 'fail'],
  ['a suspect drop and a failed rate', dropped(6, 0.2), { minPassRate: 0.8 }, 'fail'],
];

describe('the gate', () => {
  it.each(table)('%s', (_, facts, limits, verdict) => {
    expect(decideGate({ ...quiet, ...facts }, { ...defaultLimits, ...limits }).verdict).toBe(verdict);
  });

  it('decides a drop by limit and test together: all four of them', () => {
    const decided = [false, true].flatMap((isLarge) =>
      [false, true].map(
        (isMoreThanChance) =>
          decideGate({ ...quiet, ...dropped(isLarge ? 5.1 : 4.9, isMoreThanChance ? 0.049 : 0.051) }, defaultLimits)
            .verdict,
      ),
    );
    expect(decided).toEqual(['pass', 'suspect', 'suspect', 'fail']);
  });

  it('goes by the p-value that is adjusted for how many are compared', () => {
    const facts = { ...quiet, ...dropped(8, 0.03) };
    expect(decideGate(facts, defaultLimits).verdict).toBe('fail');
    expect(decideGate({ ...facts, adjustedP: { ...facts.adjustedP, drop: 0.09 } }, defaultLimits).verdict).toBe(
      'suspect',
    );
  });

  it('says what was seen and the limit, rule by rule', () => {
    const { rules } = decideGate(
      { ...quiet, ...dropped(6, 0.01), ...costs(0.3, [0.1, 0.5]) },
      { ...defaultLimits, maxCostIncreasePercent: 10, minPassRate: 0.6 },
    );
    expect(rules.map(({ said }) => said)).toEqual([
      'A: 0.0 % of samples without a verdict, at most 2.0 %',
      'B: 0.0 % of samples without a verdict, at most 2.0 %',
      'dropped 6.0 points, at most 5; p = 0.010 for a drop, alpha 0.05',
      'cost changed by 30.0 %, at most +10 %',
      'B passes 70.0 %, at least 60.0 %',
    ]);
  });

  it.each<[GateVerdict[], GateVerdict]>([
    [['pass', 'pass'], 'pass'],
    [['pass', 'suspect'], 'suspect'],
    [['suspect', 'undecidable'], 'undecidable'],
    [['undecidable', 'fail'], 'fail'],
    [[], 'pass'],
  ])('of several that are %j is %s', (verdicts, all) => {
    expect(decideAll(verdicts.map((verdict) => ({ verdict, rules: [] })))).toBe(all);
  });
});
