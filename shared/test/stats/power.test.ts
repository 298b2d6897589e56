import { describe, expect, it } from 'vitest';
import { detectableDrop, pairedZ, samplesForPower, seededRandom } from '../../src/stats/index.ts';
import { problemChances, worstDeviation } from './support.ts';

/** 2 E[p(1 - p)] where problems' chances are Beta(.49, .21): 17 % of problems differ between two identical runs. */
const flaky = (2 * 0.49 * 0.21) / (0.7 * 1.7);

/** scipy 1.10.1's normal quantiles in the formula. */
const references: [plan: Parameters<typeof detectableDrop>[0], samples: number, drop: number][] = [
  [{ problems: 164, discordantRate: flaky }, 1, 0.08074420319381395],
  [{ problems: 164, discordantRate: flaky }, 3, 0.04661768744945032],
  [{ problems: 500, discordantRate: 0.1, sides: 2 }, 1, 0.03962039811599345],
  [{ problems: 974, discordantRate: 0.17, effectVariance: 0.02, alpha: 0.01, power: 0.9 }, 5, 0.02686407094568574],
];

describe('the power planner', () => {
  it('sees what the formula with the quantiles of scipy sees', () => {
    const worst = worstDeviation(references.map(([plan, samples, drop]) => [detectableDrop(plan, samples), drop]));
    console.info(`power beside scipy: worst ${worst}`);
    expect(worst).toBeLessThan(1e-9);
  });

  it('sees 8.1 points with one sample of 164 flaky problems, and 4.7 with three', () => {
    const plan = { problems: 164, discordantRate: flaky };
    expect((100 * detectableDrop(plan, 1)).toFixed(1)).toBe('8.1');
    expect((100 * detectableDrop(plan, 3)).toFixed(1)).toBe('4.7');
  });

  it('finds the samples that a drop needs, and no more', () => {
    const plan = { problems: 164, discordantRate: flaky };
    for (const samples of [1, 2, 3, 4, 7, 20]) {
      const drop = detectableDrop(plan, samples);
      expect(samplesForPower(plan, drop)).toBe(samples);
      expect(samplesForPower(plan, drop * 0.999)).toBe(samples + 1);
    }
    expect(samplesForPower({ problems: 164, discordantRate: 0 }, 0.001)).toBe(1);
  });

  it('says so where problems lack and samples cannot help', () => {
    const plan = { problems: 30, discordantRate: 0.1, effectVariance: 0.1 };
    expect(samplesForPower(plan, 0.05)).toBeUndefined();
    expect(samplesForPower({ ...plan, problems: 1_000 }, 0.05)).toBeGreaterThan(0);
  });

  it('keeps what it promises: a drop it calls detectable is found about 80 times in 100', () => {
    const random = seededRandom(31);
    const chances = problemChances(400, random);
    const discordantRate = (2 * chances.reduce((sum, p) => sum + p * (1 - p), 0)) / chances.length;
    const samples = 3;
    const drop = detectableDrop({ problems: 400, discordantRate }, samples);
    const average = chances.reduce((sum, p) => sum + p, 0) / chances.length;
    const rate = (p: number) => [1, 2, 3].filter(() => random() < p).length / samples;
    const runs = 1_000;
    let found = 0;
    for (let run = 0; run < runs; run++) {
      const differences = chances.map((p) => rate(p * (1 - drop / average)) - rate(p));
      if (pairedZ(differences)!.p.drop < 0.05) found++;
    }
    console.info(`a drop of ${(100 * drop).toFixed(1)} points, called detectable at 80 %: found ${found / 10} %`);
    expect(found / runs).toBeGreaterThan(0.72);
    expect(found / runs).toBeLessThan(0.86);
  });

  it.each([
    [{ problems: 0, discordantRate: 0.1 }, 1],
    [{ problems: NaN, discordantRate: 0.1 }, 1],
    [{ problems: 10, discordantRate: 1.1 }, 1],
    [{ problems: 10, discordantRate: NaN }, 1],
    [{ problems: 10, discordantRate: 0.1, alpha: 0 }, 1],
    [{ problems: 10, discordantRate: 0.1, power: 1 }, 1],
    [{ problems: 10, discordantRate: 0.1 }, 0],
  ])('refuses %j with %d samples', (plan, samples) => {
    expect(() => detectableDrop(plan, samples)).toThrow(RangeError);
  });
});
