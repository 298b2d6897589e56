import { describe, expect, it } from 'vitest';
import { fisherExact } from '../../src/stats/index.ts';

describe("Fisher's exact test", () => {
  // Counted by hand: of the ways to spread the hits, those with as many or more in the second.
  it.each([
    { a: [1, 4], b: [3, 4], p: 17 / 70 },
    { a: [0, 4], b: [4, 4], p: 1 / 70 },
    { a: [0, 20], b: [0, 20], p: 1 },
    { a: [20, 20], b: [20, 20], p: 1 },
    { a: [0, 1], b: [1, 3], p: 3 / 4 },
  ])('$a against $b', ({ a, b, p }) => {
    expect(fisherExact(tally(a), tally(b))).toBeCloseTo(p, 12);
  });

  it('of more hits in the first is the chance of what lies on the other side', () => {
    expect(fisherExact({ hits: 18, n: 20 }, { hits: 2, n: 20 })).toBeCloseTo(1, 6);
    expect(fisherExact({ hits: 2, n: 20 }, { hits: 18, n: 20 })).toBeLessThan(1e-6);
  });
});

const tally = ([hits, n]: readonly number[]) => ({ hits: hits!, n: n! });
