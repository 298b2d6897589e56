import { describe, expect, it } from 'vitest';
import { cusum, cusumReference, seededRandom } from '../../src/stats/index.ts';
import { problemChances, worstDeviation } from './support.ts';

describe('CUSUM', () => {
  it('comes out as printed in Montgomery, "Introduction to Statistical Quality Control" (6th ed., table 9.2)', () => {
    const shifted = [
      9.45, 7.99, 9.29, 11.66, 12.16, 10.18, 8.04, 11.46, 9.2, 10.34, 9.03, 11.47, 10.51, 9.4, 10.08, 9.37, 10.62,
      10.31, 8.52, 10.84, 10.9, 9.33, 12.29, 11.5, 10.6, 11.08, 10.38, 11.62, 11.31, 10.52,
    ];
    // His looks for a rise; mirrored at the mean it is a drop.
    const steps = cusum(
      shifted.map((value) => 20 - value),
      { mean: 10, sd: 1 },
    );
    expect(steps.slice(-3).map(({ sum }) => Number(sum.toFixed(2)))).toEqual([4.47, 5.28, 5.3]);
    expect(steps.findIndex(({ isAlarm }) => isAlarm) + 1).toBe(29);
  });

  it('sums what NumPy sums', () => {
    const nights = [0.7, 0.72, 0.69, 0.71, 0.68, 0.7, 0.73, 0.69, 0.71, 0.7, 0.72, 0.68, 0.7, 0.71];
    const reference = cusumReference(nights);
    const steps = cusum([0.7, 0.66, 0.67, 0.69, 0.65, 0.66, 0.64, 0.72, 0.65], reference);
    const expected = [
      0, 2.3765254854525923, 4.081861690966245, 4.444819336602026, 7.492534101993558, 9.86905958744615,
      13.58796363277662, 11.937353438595583, 14.985068203987115,
    ];
    const worst = worstDeviation([
      [reference.mean, 0.7028571428571428],
      [reference.sd, 0.014898926873369828],
      ...steps.map(({ sum }, i): [number, number] => [sum, expected[i]!]),
    ]);
    console.info(`CUSUM beside NumPy: worst ${worst}`);
    expect(worst).toBeLessThan(1e-9);
    expect(steps.map(({ isAlarm }) => isAlarm)).toEqual([false, false, false, false, true, true, true, true, true]);
  });

  it('takes no fortnight for calmer than problems are, and none for perfectly calm', () => {
    const calm = Array.from({ length: 14 }, () => 0.7);
    expect(cusumReference(calm).sd).toBe(0.001);
    expect(cusumReference(calm, [0.5, 0.5, 1, 1]).sd).toBeCloseTo(Math.sqrt(0.5) / 4, 14);
    expect(cusumReference([0.2, 0.9, 0.2, 0.9], [0.5, 1, 1, 1]).sd).toBeGreaterThan(0.4);
  });

  it('refuses what it cannot sum', () => {
    expect(() => cusumReference([0.7])).toThrow('two nights');
    expect(() => cusumReference([0.7, NaN])).toThrow('rate 1 is NaN');
    expect(() => cusum([NaN], { mean: 0.7, sd: 0.1 })).toThrow('value 0 is NaN');
    expect(() => cusum([0.7], { mean: 0.7, sd: 0 })).toThrow(RangeError);
  });

  it('of nights of 164 flaky problems seldom alarms, and finds a drop of 10 points within days', () => {
    const random = seededRandom(14);
    const runs = 1_000;
    const nightly = (chances: readonly number[]) => chances.map((p) => random() < p);
    const rateOf = (night: readonly boolean[]) => night.filter(Boolean).length / night.length;
    let falseAlarms = 0;
    const delays = new Map<number, number[]>([5, 10].map((drop) => [drop, []]));
    for (let run = 0; run < runs; run++) {
      const chances = problemChances(164, random);
      const first = Array.from({ length: 14 }, () => nightly(chances));
      const seen = chances.map((_, problem) => rateOf(first.map((night) => night[problem]!)));
      const reference = cusumReference(first.map(rateOf), seen);
      const quiet = Array.from({ length: 16 }, () => rateOf(nightly(chances)));
      if (cusum(quiet, reference).some(({ isAlarm }) => isAlarm)) {
        falseAlarms++;
        continue;
      }
      for (const [drop, delay] of delays) {
        const lower = chances.map((p) => p * (1 - drop / 70));
        const after = Array.from({ length: 10 }, () => rateOf(nightly(lower)));
        const night = cusum([...quiet, ...after], reference).findIndex(({ isAlarm }) => isAlarm);
        delay.push(night < 0 ? Infinity : night - 15);
      }
    }
    const found = (drop: number) => {
      const sorted = delays.get(drop)!.toSorted((a, b) => a - b);
      return { share: sorted.filter(Number.isFinite).length / sorted.length, median: sorted[sorted.length >> 1]! };
    };
    console.info('CUSUM', { falseAlarms: falseAlarms / runs, five: found(5), ten: found(10) });
    expect(falseAlarms / runs).toBeLessThanOrEqual(0.06);
    expect(found(5).share).toBeGreaterThan(0.9);
    expect(found(5).median).toBeLessThanOrEqual(4);
    expect(found(10).share).toBeGreaterThan(0.99);
    expect(found(10).median).toBeLessThanOrEqual(3);
  });
});
