import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { inRepository } from '../../../test/support/repository-files.ts';
import {
  chiSquareSurvival,
  normalCdf,
  normalQuantile,
  normalSurvival,
  studentSurvival,
  studentUpperQuantile,
} from '../../src/stats/index.ts';

/** stdlib's distributions come with the judges, since they are 240 packages that nobody else needs. */
const installed = existsSync(inRepository('judges/node_modules/@stdlib/stats-base-dists-t-cdf'));
const missing = installed ? '' : ' (the judges are not installed; npm test does that)';

const require = createRequire(inRepository('judges/package.json'));
const oracle = (name: string) =>
  require(`@stdlib/stats-base-dists-${name}`) as (x: number, ...parameters: number[]) => number;

const grid = (from: number, to: number, steps: number) =>
  Array.from({ length: steps + 1 }, (_, i) => from + ((to - from) * i) / steps);

/** The largest relative difference over a grid, and where; figures below what a double can hold are left out. */
function worst<Point>(points: Point[], ours: (point: Point) => number, theirs: (point: Point) => number) {
  let compared = 0;
  const farthest = { error: 0, at: undefined as Point | undefined };
  for (const point of points) {
    const expected = theirs(point);
    if (Math.abs(expected) < 1e-300) continue;
    compared++;
    const error = Math.abs(ours(point) / expected - 1);
    if (!(error <= farthest.error)) Object.assign(farthest, { error, at: point });
  }
  return { compared, ...farthest };
}

const degrees = [1, 1.5, 2, 3, 4.7, 10, 29, 30, 99.9, 1_000, 6_866, 1e5, 1e6];
const chances = [0.4, 0.25, 0.1, 0.05, 0.025, 0.005, 1e-4, 1e-8, 1e-12];

describe.skipIf(!installed)(`beside stdlib${missing}`, () => {
  it('the normal distribution agrees into its far tails', () => {
    const cdf = oracle('normal-cdf');
    const points = grid(-37, 37, 7_400);
    const lower = worst(points, normalCdf, (z) => cdf(z, 0, 1));
    const upper = worst(points, normalSurvival, (z) => cdf(-z, 0, 1));
    console.info('normal', lower, upper);
    expect(Math.max(lower.error, upper.error)).toBeLessThan(2e-13);
    expect(lower.compared).toBe(7_401);
  });

  it("Student's t agrees into its far tails, for 1 to a million degrees of freedom", () => {
    const cdf = oracle('t-cdf');
    const points = degrees.flatMap((df) => grid(0, 60, 600).map((t) => ({ df, t })));
    const tail = worst(
      points,
      ({ df, t }) => studentSurvival(t, df),
      ({ df, t }) => cdf(-t, df),
    );
    const body = worst(
      points,
      ({ df, t }) => studentSurvival(-t, df),
      ({ df, t }) => cdf(t, df),
    );
    console.info('t', tail, body);
    expect(Math.max(tail.error, body.error)).toBeLessThan(2e-9);
    expect(tail.compared).toBeGreaterThan(6_500);
  });

  it('chi-square agrees, where its distribution function tells the tail', () => {
    const cdf = oracle('chisquare-cdf');
    const points = [1, 2, 3, 5, 10, 49, 100].flatMap((df) => grid(0, 4 * df, 400).map((x) => ({ df, x })));
    const tails = points.filter(({ df, x }) => x > 0 && chiSquareSurvival(x, df) > 1e-3);
    const tail = worst(
      tails,
      ({ df, x }) => chiSquareSurvival(x, df),
      ({ df, x }) => 1 - cdf(x, df),
    );
    console.info('chi-square', tail);
    expect(tail.error).toBeLessThan(2e-12);
  });

  it('quantiles agree', () => {
    const normal = oracle('normal-quantile');
    const student = oracle('t-quantile');
    // Below, stdlib's loses digits to 2p - 1; what ours are worth there is asked of the survival function, further down.
    const z = worst(
      chances.filter((p) => p > 1e-5),
      (p) => normalQuantile(p),
      (p) => normal(p, 0, 1),
    );
    const points = degrees.flatMap((df) => chances.map((p) => ({ df, p })));
    const t = worst(
      points,
      ({ df, p }) => studentUpperQuantile(p, df),
      ({ df, p }) => -student(p, df),
    );
    console.info('quantiles', z, t);
    expect(Math.max(z.error, t.error)).toBeLessThan(1e-9);
  });
});

describe('without an oracle', () => {
  it('the tail of chi-square is what closed forms say, far out', () => {
    const two = worst(
      grid(0, 1_380, 690),
      (x) => chiSquareSurvival(x, 2),
      (x) => Math.exp(-x / 2),
    );
    const four = worst(
      grid(0, 1_300, 650),
      (x) => chiSquareSurvival(x, 4),
      (x) => Math.exp(-x / 2) * (1 + x / 2),
    );
    const one = worst(
      grid(0, 1_300, 650),
      (x) => chiSquareSurvival(x, 1),
      (x) => 2 * normalSurvival(Math.sqrt(x)),
    );
    expect(Math.max(two.error, four.error, one.error)).toBeLessThan(5e-13);
  });

  it('the tail of t with one degree of freedom is that of Cauchy', () => {
    const tail = worst(
      [0.1, 1, 10, 1e3, 1e6, 1e9],
      (t) => studentSurvival(t, 1),
      (t) => Math.atan(1 / t) / Math.PI,
    );
    expect(tail.error).toBeLessThan(1e-13);
  });

  it('quantiles are the other way round', () => {
    for (const tail of [0.4, 0.025, 1e-3, 1e-12, 1e-100, 1e-300]) {
      expect(normalSurvival(-normalQuantile(tail)) / tail).toBeCloseTo(1, 11);
      for (const df of tail < 1e-100 ? [3, 30, 1e7] : [1, 2.5, 30, 1e7]) {
        expect(studentSurvival(studentUpperQuantile(tail, df), df) / tail).toBeCloseTo(1, 8);
      }
    }
    expect([normalQuantile(0), normalQuantile(0.5), normalQuantile(1)]).toEqual([-Infinity, 0, Infinity]);
    expect(normalQuantile(1.1)).toBeNaN();
  });
});
