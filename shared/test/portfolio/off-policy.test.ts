import { clusteredShare, comparePolicies, verdictOf, calibrationOf } from '@whetstone/shared/portfolio';
import { describe, expect, it } from 'vitest';
import { momentsOf, simulateLogs } from '../../../bench/evals/off-policy-simulation.ts';

const one = (task: number, weight: number, seen: number, expected = 0.5) => ({ task, weight, seen, expected });

describe('what the incumbent would have done', () => {
  it('is told with intervals that hold the truth as often as they say', () => {
    const { estimated, success, saving } = simulateLogs({
      exploration: 0.2,
      recommendations: 1_200,
      expectationErrorPoints: 5,
      logs: 150,
      seed: 7,
    });
    expect(estimated).toBeGreaterThan(0.95);
    for (const { coverage, rmse } of [success, saving]) {
      expect(coverage).toBeGreaterThanOrEqual(0.85);
      expect(coverage).toBeLessThanOrEqual(0.97);
      expect(rmse).toBeLessThan(0.06);
    }
  });

  it('weighs what it did by how seldom it was to happen', () => {
    const rows = [one(1, 2, 1), one(2, 10, 0), one(3, 0, 1), one(4, 0, 0)];
    const { incumbent, recommended, effectiveSampleSize } = comparePolicies(momentsOf(rows));
    expect(incumbent.snips.value).toBeCloseTo(2 / 12);
    expect(recommended.value).toBe(0.5);
    expect(effectiveSampleSize).toBeCloseTo(144 / 104);
  });

  it('is what was expected where that was right, however few were seen', () => {
    const rows = [one(1, 5, 0.7, 0.7), one(2, 0, 1, 0.3), one(3, 0, 1, 0.2)];
    expect(comparePolicies(momentsOf(rows)).incumbent.doublyRobust.value).toBeCloseTo(0.4);
  });

  it('is less sure of recommendations for one task than of as many tasks', () => {
    const rows = Array.from({ length: 200 }, (_, i) => one(i, i % 4 === 0 ? 4 : 0, (i >> 1) % 2));
    const together = rows.map((row) => ({ ...row, task: row.task >> 3 }));
    const width = ([low, high]: [number, number]) => high - low;
    expect(width(comparePolicies(momentsOf(together)).recommended.interval!)).not.toBeCloseTo(
      width(comparePolicies(momentsOf(rows)).recommended.interval!),
    );
  });
});

it('a share of few tasks that were all solved is not surely 1', () => {
  const { value, interval } = clusteredShare(momentsOf(Array.from({ length: 20 }, (_, i) => one(i, 0, 1))));
  expect(value).toBe(1);
  expect(interval![0]).toBeCloseTo(0.881, 2);
});

it('a promise is kept or broken when the whole interval says so', () => {
  const of = (low: number, high: number) =>
    verdictOf('savings', { value: (low + high) / 2, interval: [low, high], why: '' }).verdict;
  expect([of(0.21, 0.4), of(0.1, 0.19), of(0.19, 0.4), of(0.2, 0.4)]).toEqual([
    'met',
    'not_met',
    'not_enough_data',
    'not_enough_data',
  ]);
  expect(verdictOf('savings', { value: null, interval: null, why: 'n is 0' })).toMatchObject({
    verdict: 'not_enough_data',
    why: 'n is 0',
  });
});

it('calibration is the mean over tasks of how far bins are off', () => {
  const { ece, brier, bins, n } = calibrationOf([
    { bin: 9, n: 10, expected: 9.5, solved: 9, squaredErrors: 1 },
    { bin: 2, n: 30, expected: 7.5, solved: 9, squaredErrors: 5 },
  ]);
  expect(n).toBe(40);
  expect(ece).toBeCloseTo((0.5 + 1.5) / 40);
  expect(brier).toBeCloseTo(6 / 40);
  expect(bins[0]).toMatchObject({ from: 0.2, n: 30, expected: 0.25, solved: 0.3 });
});
