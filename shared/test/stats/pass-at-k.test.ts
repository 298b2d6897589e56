import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { passAtK, passHatK } from '../../src/stats/index.ts';
import { worstDeviation } from './support.ts';

/** 1 - C(n-c,k)/C(n,k) and C(c,k)/C(n,k) in Python 3.11's fractions, rounded once at the end. */
const exact: [n: number, c: number, k: number, atLeastOne: number, all: number][] = [
  [1, 1, 1, 1, 1],
  [1, 0, 1, 0, 0],
  [10, 3, 1, 0.3, 0.3],
  [10, 3, 5, 0.9166666666666666, 0],
  [20, 7, 10, 0.9984520123839009, 0],
  [200, 17, 10, 0.5974489015799118, 8.662418719590339e-13],
  [200, 17, 100, 0.99999636769084, 0],
  [200, 1, 100, 0.5, 0],
  [200, 190, 11, 1, 0.5603230742386575],
  [100, 50, 50, 1, 9.911653021418339e-30],
  [1000, 3, 900, 0.9990268825940168, 0],
];

describe('pass@k and pass^k', () => {
  it('are what exact fractions give', () => {
    const worst = worstDeviation(
      exact.flatMap(([n, c, k, atLeastOne, all]) => [
        [passAtK(n, c, k)!, atLeastOne],
        [passHatK(n, c, k)!, all],
      ]),
    );
    console.info(`pass@k and pass^k beside fractions: worst ${worst}`);
    expect(worst).toBeLessThan(1e-12);
  });

  it('are the share of all draws of k that hold one pass, or nothing else', () => {
    const outcomes = [true, false, true, true, false, false];
    for (const k of [1, 2, 3, 4, 5, 6]) {
      const draws = subsets(outcomes, k);
      expect(passAtK(6, 3, k)).toBeCloseTo(draws.filter((draw) => draw.includes(true)).length / draws.length, 14);
      expect(passHatK(6, 3, k)).toBeCloseTo(draws.filter((draw) => !draw.includes(false)).length / draws.length, 14);
    }
  });

  it('meet at k = 1, stay between 0 and 1, and part as k grows', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 300 }),
        fc.nat(300),
        fc.integer({ min: 1, max: 299 }),
        (n, passes, draw) => {
          const c = Math.min(n, passes);
          const k = Math.min(n - 1, draw);
          expect(passAtK(n, c, 1)).toBeCloseTo(c / n, 12);
          expect(passHatK(n, c, 1)).toBeCloseTo(c / n, 12);
          expect(passAtK(n, c, k + 1)).toBeGreaterThanOrEqual(passAtK(n, c, k)! - 1e-12);
          expect(passHatK(n, c, k + 1)).toBeLessThanOrEqual(passHatK(n, c, k)! + 1e-12);
          for (const chance of [passAtK(n, c, k)!, passHatK(n, c, k)!]) {
            expect(chance).toBeGreaterThanOrEqual(0);
            expect(chance).toBeLessThanOrEqual(1);
          }
        },
      ),
    );
  });

  it('do not speak of more samples than were drawn', () => {
    expect(passAtK(5, 2, 6)).toBeUndefined();
    expect(passHatK(0, 0, 1)).toBeUndefined();
  });

  it.each([
    [5, 6, 1],
    [5, -1, 1],
    [NaN, 0, 1],
    [5, 2.5, 1],
    [5, 2, 0],
    [5, 2, NaN],
  ])('refuse %d samples with %d passes at k = %d', (n, c, k) => {
    expect(() => passAtK(n, c, k)).toThrow(RangeError);
    expect(() => passHatK(n, c, k)).toThrow(RangeError);
  });
});

function subsets<Item>([first, ...rest]: Item[], size: number): Item[][] {
  if (size === 0) return [[]];
  if (first === undefined) return [];
  return [...subsets(rest, size - 1).map((subset) => [first, ...subset]), ...subsets(rest, size)];
}
