import { describe, expect, it } from 'vitest';
import { drawRate, nextSolved, rateCdf, rateInterval, rateQuantile } from '../../src/portfolio/beta.ts';
import { logBeta, seededRandom } from '../../src/stats/index.ts';

describe('what is known of a rate', () => {
  it('has the quantiles of the beta distribution, also where little is known and at both ends', () => {
    // Beta(1, 1) is uniform; of Beta(a, 1) the distribution function is x^a.
    expect(rateQuantile({ mean: 0.5, weight: 2 }, 0.05)).toBeCloseTo(0.05, 8);
    expect(rateQuantile({ mean: 0.75, weight: 4 }, 0.3)).toBeCloseTo(0.3 ** (1 / 3), 8);
    for (const rate of [
      { mean: 0.5, weight: 1 },
      { mean: 0.02, weight: 50 },
      { mean: 0.9999, weight: 5_000 },
      { mean: 0.7, weight: 1_000_000 },
    ])
      for (const p of [0.05, 0.5, 0.95]) expect(rateCdf(rate, rateQuantile(rate, p))).toBeCloseTo(p, 5);
  });

  it('says how many of the next ten succeed as the beta-binomial summed up term by term', () => {
    for (const mean of [0.02, 0.3, 0.5, 0.76, 0.99])
      for (const weight of [5, 50, 400]) {
        // The grid below cannot follow a density without bounds.
        if (Math.min(mean, 1 - mean) * weight < 1) continue;
        const [low, high] = nextSolved({ mean, weight });
        const below = (most: number) => sumUpTo(most, mean * weight, (1 - mean) * weight);
        expect(below(low - 1)).toBeLessThan(0.05);
        expect(below(low)).toBeGreaterThanOrEqual(0.05);
        expect(below(high)).toBeGreaterThanOrEqual(0.95);
        expect(below(high - 1)).toBeLessThan(0.95);
      }
  });

  it('is less sure of the next ten tasks than of the long run', () => {
    const rate = { mean: 0.9, weight: 84 };
    expect(nextSolved(rate)).toEqual([7, 10]);
    expect(rateInterval(rate)[0]).toBeGreaterThan(0.83);
  });

  it('is drawn with the mean and the spread that it has', () => {
    const random = seededRandom(7);
    const draws = Array.from({ length: 20_000 }, () => drawRate({ mean: 0.3, weight: 9 }, random));
    const mean = draws.reduce((sum, x) => sum + x, 0) / draws.length;
    const variance = draws.reduce((sum, x) => sum + (x - mean) ** 2, 0) / draws.length;
    expect(mean).toBeCloseTo(0.3, 2);
    expect(variance).toBeCloseTo(0.021, 3);
  });
});

/** P(at most so many of ten): integrated over the rate by a fine grid, which knows nothing of the closed form. */
function sumUpTo(most: number, a: number, b: number): number {
  const steps = 20_000;
  let sum = 0;
  for (let i = 0; i < steps; i++) {
    const p = (i + 0.5) / steps;
    const density = Math.exp((a - 1) * Math.log(p) + (b - 1) * Math.log1p(-p) - logBeta(a, b)) / steps;
    for (let solved = 0; solved <= most; solved++)
      sum += density * waysOf(solved) * p ** solved * (1 - p) ** (10 - solved);
  }
  return sum;
}

const waysOf = (solved: number) => [1, 10, 45, 120, 210, 252, 210, 120, 45, 10, 1][solved]!;
