import { describe, expect, it } from 'vitest';
import { newcombeInterval, pairedNewcombeInterval, wilsonInterval } from '../../src/stats/index.ts';
import { worstDeviation } from './support.ts';

type Four = [number, number, number, number];

/** Newcombe, Statistics in Medicine 17:873 (1998), table II, method 10. */
const published: [counts: Four, low: number, high: number][] = [
  [[56, 70, 48, 80], 0.0524, 0.3339],
  [[9, 10, 3, 10], 0.1705, 0.809],
  [[6, 7, 2, 7], 0.0582, 0.8062],
  [[5, 56, 0, 29], -0.0381, 0.1926],
  [[0, 10, 0, 20], -0.1611, 0.2775],
  [[0, 10, 0, 10], -0.2775, 0.2775],
  [[10, 10, 0, 20], 0.6791, 1],
];

/** statsmodels 0.13.5, confint_proportions_2indep(method='newcomb', compare='diff'). */
const independent: [counts: Four, alpha: number, low: number, high: number][] = [
  [[56, 70, 48, 80], 0.05, 0.05243147240236498, 0.33387265403690614],
  [[9, 10, 3, 10], 0.05, 0.1705227239345029, 0.809017973535488],
  [[5, 56, 0, 29], 0.05, -0.038137147903536936, 0.19256001385511165],
  [[0, 10, 0, 20], 0.05, -0.1611251580528194, 0.27753279986288926],
  [[118, 164, 101, 160], 0.05, -0.013599381140588437, 0.18784326980120158],
  [[338, 500, 256, 480], 0.01, 0.062249292773791404, 0.22063220704158748],
  [[134, 164, 96, 164], 0.1, 0.14950431710856954, 0.30971968550309625],
];

/**
 * Complete response before and after consolidation therapy (Cavo 2012), as the R package `contingencytables` prints it, the
 * companion of Fagerland, Lydersen, Laake, "Statistical Analysis of Contingency Tables" (2017), §8.6.
 */
const publishedPairs: [counts: Four, low: number, high: number][] = [[[59, 6, 16, 80], -0.1186, -0.0046]];

/** The formula written out again in Python over statsmodels 0.13.5's Wilson intervals. */
const paired: [counts: Four, alpha: number, low: number, high: number][] = [
  [[14, 5, 0, 22], 0.05, 0.011483241383033221, 0.2264926843512112],
  [[1, 1, 7, 12], 0.05, -0.506920226686141, -0.025559124164859837],
  [[59, 6, 16, 80], 0.05, -0.11862119563870999, -0.004625113933050047],
  [[36, 12, 2, 0], 0.05, 0.05692958400323875, 0.3404276029749408],
  [[0, 5, 0, 5], 0.05, 0.11736746745022203, 0.7634069094874361],
  [[164, 0, 0, 0], 0.05, -0.02288742511942765, 0.02288742511942765],
  [[105, 13, 8, 38], 0.05, -0.025509189245800395, 0.08649850652047415],
  [[250, 40, 22, 188], 0.1, 0.010023118022611782, 0.06185371662556903],
];

const ofRates = ([a, n, b, m]: Four, alpha?: number) =>
  newcombeInterval({ successes: a, n }, { successes: b, n: m }, alpha);
const ofPairs = ([both, onlyFirst, onlySecond, neither]: Four, alpha?: number) =>
  pairedNewcombeInterval({ both, onlyFirst, onlySecond, neither }, alpha);

describe("Newcombe's interval of two independent rates", () => {
  it.each(published)('of %j is printed as %d to %d', (counts, low, high) => {
    expect(ofRates(counts).map((bound) => Number(bound.toFixed(4)))).toEqual([low, high]);
  });

  it('is that of statsmodels', () => {
    const worst = worstDeviation(
      independent.flatMap(([counts, alpha, low, high]) => {
        const ours = ofRates(counts, alpha);
        return [[ours[0], low] as const, [ours[1], high] as const];
      }),
    );
    console.info(`Newcombe beside statsmodels: worst ${worst}`);
    expect(worst).toBeLessThan(1e-9);
  });

  it('knows nothing where one rate has no trial, and refuses what is no count', () => {
    expect(ofRates([0, 0, 3, 5])).toEqual([-1, 1]);
    expect(() => ofRates([6, 5, 1, 2])).toThrow(RangeError);
    expect(() => ofRates([NaN, 5, 1, 2])).toThrow(RangeError);
  });

  it("rests on Wilson's, which of no trials is everything", () => {
    expect(wilsonInterval(0, 0)).toEqual([0, 1]);
  });
});

describe("Newcombe's interval of paired rates", () => {
  it.each(publishedPairs)('of %j is printed as %d to %d', (counts, low, high) => {
    expect(ofPairs(counts).map((bound) => Number(bound.toFixed(4)))).toEqual([low, high]);
  });

  it('is that of the formula over the Wilson intervals of statsmodels', () => {
    const worst = worstDeviation(
      paired.flatMap(([counts, alpha, low, high]) => {
        const ours = ofPairs(counts, alpha);
        return [[ours[0], low] as const, [ours[1], high] as const];
      }),
    );
    console.info(`paired Newcombe: worst ${worst}`);
    expect(worst).toBeLessThan(1e-9);
  });

  it('is the same the other way round', () => {
    const [low, high] = ofPairs([105, 13, 8, 38]);
    const [backLow, backHigh] = ofPairs([105, 8, 13, 38]);
    expect(backLow).toBeCloseTo(-high, 14);
    expect(backHigh).toBeCloseTo(-low, 14);
  });

  it('knows nothing of no pairs, and refuses what is no count', () => {
    expect(ofPairs([0, 0, 0, 0])).toEqual([-1, 1]);
    expect(() => ofPairs([1, -1, 0, 0])).toThrow(RangeError);
    expect(() => ofPairs([1, NaN, 0, 0])).toThrow(RangeError);
  });
});
