import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  chancesToBeBest,
  cupedLift,
  liftOf,
  normalCdf,
  posteriorOf,
  sampleOfProportion,
  sampleRatioP,
  seededRandom,
  sequentialTest,
  studentUpperQuantile,
  welchDegreesOfFreedom,
  welchTest,
  wilsonInterval,
  type CovariateSample,
  type Sample,
} from '../../src/stats/index.ts';
import { moments } from './support.ts';

const sample: fc.Arbitrary<Sample> = fc.record({
  n: fc.integer({ min: 2, max: 1_000_000 }),
  mean: fc.double({ min: -1e6, max: 1e6, noNaN: true }),
  variance: fc.double({ min: 1e-6, max: 1e9, noNaN: true }),
});
const scale = fc.constantFrom('absolute' as const, 'relative' as const);

const isChance = (p: number) => p >= 0 && p <= 1;
const holds = ([low, high]: [number, number], value: number) => low <= value && value <= high;

describe('any two samples', () => {
  it('have p-values from 0 to 1 and intervals around the estimate, wider when one may look at any time', () => {
    fc.assert(
      fc.property(sample, sample, scale, (a, b, on) => {
        const lift = liftOf(a, b, on);
        if (!lift) return;
        const once = welchTest(lift, welchDegreesOfFreedom(a, b));
        const always = sequentialTest(lift, a.n + b.n);
        const posterior = posteriorOf(lift);
        expect(isChance(once.p) && isChance(always.p) && isChance(posterior.chanceToWin)).toBe(true);
        expect(holds(once.interval, lift.value) && holds(always.interval, lift.value)).toBe(true);
        expect(holds(posterior.interval, posterior.mean)).toBe(true);
        expect(Math.min(posterior.risk.keepingControl, posterior.risk.choosingTreatment)).toBeGreaterThanOrEqual(0);
        // Twice as sure at any number of units; with few, Student's quantile is wide by itself.
        if (a.n > 30 && b.n > 30) {
          expect(always.interval[1] - always.interval[0]).toBeGreaterThan(once.interval[1] - once.interval[0]);
          // Student's tail is heavier than the other's: far out, where nobody doubts any more, they cross.
          if (always.p > 1e-6) expect(always.p).toBeGreaterThanOrEqual(once.p);
          else expect(once.p).toBeLessThan(1e-6);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('say the same the other way round', () => {
    fc.assert(
      fc.property(sample, sample, (a, b) => {
        const [there, back] = [liftOf(a, b, 'absolute')!, liftOf(b, a, 'absolute')!];
        const df = welchDegreesOfFreedom(a, b);
        // Of two equal means both differences are 0.
        expect(back.value).toBe(0 - there.value);
        expect(welchTest(back, df).p).toBe(welchTest(there, df).p);
        expect(posteriorOf(back).chanceToWin).toBeCloseTo(1 - posteriorOf(there).chanceToWin, 12);
      }),
    );
  });

  it('exclude 0 from an interval exactly when p is below alpha', () => {
    fc.assert(
      fc.property(sample, sample, fc.constantFrom(0.01, 0.05, 0.2), (a, b, alpha) => {
        const lift = liftOf(a, b, 'absolute')!;
        const n = a.n + b.n;
        const always = sequentialTest(lift, n, { alpha, tuning: 1_000 });
        const once = welchTest(lift, welchDegreesOfFreedom(a, b), alpha);
        if (Math.abs(once.p - alpha) > 1e-9) expect(!holds(once.interval, 0)).toBe(once.p < alpha);
        if (Math.abs(always.p - alpha) > 1e-9) expect(!holds(always.interval, 0)).toBe(always.p < alpha);
      }),
    );
  });
});

describe('what cannot be compared', () => {
  const some: Sample = { n: 50, mean: 2, variance: 3 };

  it('has no quantile either: no number, instead of one near 0', () => {
    expect(studentUpperQuantile(0.025, NaN)).toBeNaN();
    expect(studentUpperQuantile(0.025, 0)).toBeNaN();
  });
  it.each<[string, Sample, Sample]>([
    ['nobody', { n: 0, mean: NaN, variance: NaN }, some],
    ['a single unit', { n: 1, mean: 2, variance: NaN }, some],
    ['two arms without variance', { n: 9, mean: 1, variance: 0 }, { n: 9, mean: 0, variance: 0 }],
  ])('%s', (_, a, b) => {
    for (const on of ['absolute', 'relative'] as const) {
      expect([liftOf(a, b, on), liftOf(b, a, on)]).toEqual([undefined, undefined]);
    }
  });

  it('relative to a control of 0', () => {
    const zero: Sample = { n: 50, mean: 0, variance: 1 };
    expect(liftOf(zero, some, 'relative')).toBeUndefined();
    expect(liftOf(zero, some, 'absolute')).toEqual({ value: 2, variance: 0.08 });
  });
});

describe('a relative lift', () => {
  it('of a negative control grows upwards', () => {
    const lift = liftOf({ n: 10, mean: -4, variance: 1 }, { n: 10, mean: -2, variance: 1 }, 'relative')!;
    expect(lift.value).toBe(0.5);
  });
});

describe('the always-valid p-value', () => {
  const alpha = 0.05;

  /** Two arms that grow by ten units each, looked at every time; the earliest look at which each test says "different". */
  function peek(seed: number, looks: number, draw: (random: () => number, arm: 'a' | 'b') => number) {
    const random = seededRandom(seed);
    const [a, b] = [moments(), moments()];
    const fired = { always: false, naive: false };
    for (let look = 0; look < looks; look++) {
      for (let unit = 0; unit < 10; unit++) {
        a.add(draw(random, 'a'));
        b.add(draw(random, 'b'));
      }
      const lift = liftOf(a.sample(), b.sample(), 'absolute');
      if (!lift) continue;
      const df = welchDegreesOfFreedom(a.sample(), b.sample());
      fired.always ||= sequentialTest(lift, 20 * (look + 1), { alpha }).p < alpha;
      fired.naive ||= welchTest(lift, df).p < alpha;
    }
    return fired;
  }

  const share = (runs: { always: boolean; naive: boolean }[], which: 'always' | 'naive') =>
    runs.filter((run) => run[which]).length / runs.length;

  const kinds: Record<string, (random: () => number) => number> = {
    'a rate of 30 %': (random) => (random() < 0.3 ? 1 : 0),
    'a rate of 2 %': (random) => (random() < 0.02 ? 1 : 0),
    'skewed costs': (random) => (-Math.log(1 - random())) ** 3,
  };

  it.each(Object.entries(kinds))('keeps its promise under 300 looks: %s', (name, draw) => {
    const runs = Array.from({ length: 400 }, (_, seed) => peek(seed + 1, 300, draw));
    const [always, naive] = [share(runs, 'always'), share(runs, 'naive')];
    console.info(
      `${name}: A/A of 300 looks, false alarms: always valid ${always}, looked at like a single test ${naive}`,
    );
    expect(always).toBeLessThanOrEqual(alpha);
    // What the promise protects from, and the proof that the simulation could have shown a broken one.
    expect(naive).toBeGreaterThan(3 * alpha);
  });

  it('finds an effect that is there', () => {
    const runs = Array.from({ length: 100 }, (_, seed) =>
      peek(seed + 1, 300, (random, arm) => (random() < (arm === 'a' ? 0.3 : 0.4) ? 1 : 0)),
    );
    expect(share(runs, 'always')).toBeGreaterThan(0.95);
  });

  it('covers the true lift at every look at once', () => {
    let missed = 0;
    for (let seed = 1; seed <= 200; seed++) {
      const random = seededRandom(seed);
      const [a, b] = [moments(), moments()];
      let covered = true;
      for (let n = 1; n <= 2_000; n++) {
        a.add(random() < 0.5 ? 1 : 0);
        b.add(random() < 0.6 ? 1 : 0);
        const lift = n % 20 === 0 ? liftOf(a.sample(), b.sample(), 'absolute') : undefined;
        if (lift) covered &&= holds(sequentialTest(lift, 2 * n).interval, 0.1);
      }
      if (!covered) missed++;
    }
    expect(missed / 200).toBeLessThanOrEqual(alpha);
  });
});

describe('CUPED', () => {
  /** Units whose past explains most of what they do; the treatment adds `effect`. */
  function arms(seed: number, effect: number, n = 400, noise = 1) {
    const random = seededRandom(seed);
    const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    const arm = (add: number): CovariateSample => {
      const all = moments();
      for (let i = 0; i < n; i++) {
        const pre = 10 + 3 * normal();
        all.add(pre + noise * normal() + add, pre);
      }
      return all.covariate();
    };
    return [arm(0), arm(effect)] as const;
  }

  it('finds the same effect with less variance', () => {
    const [a, b] = arms(1, 0.5);
    const adjusted = cupedLift(a, b, 'absolute')!;
    const plain = liftOf(a, b, 'absolute')!;
    expect(adjusted.theta).toBeCloseTo(1, 1);
    expect(adjusted.varianceReduction).toBeGreaterThan(0.8);
    expect(adjusted.estimate.variance).toBeLessThan(plain.variance / 5);
    expect(Math.abs(adjusted.estimate.value - 0.5)).toBeLessThan(3 * Math.sqrt(adjusted.estimate.variance));
  });

  it('is right at its level and unbiased: 1,000 A/A tests', () => {
    const runs = Array.from({ length: 1_000 }, (_, seed) => arms(seed + 1, 0, 100));
    for (const on of ['absolute', 'relative'] as const) {
      const tests = runs.map(([a, b]) => {
        const { estimate, control, treatment } = cupedLift(a, b, on)!;
        return { value: estimate.value, p: welchTest(estimate, welchDegreesOfFreedom(control, treatment)).p };
      });
      const rejected = tests.filter(({ p }) => p < 0.05).length / 1_000;
      expect(rejected).toBeGreaterThan(0.03);
      expect(rejected).toBeLessThan(0.075);
      expect(Math.abs(tests.reduce((sum, { value }) => sum + value, 0) / 1_000)).toBeLessThan(0.02);
    }
  });

  it('is the plain lift when the past says nothing, and none when it does not vary', () => {
    const still = { preMean: 5, preVariance: 0, covariance: 0 };
    const [a, b] = [
      { n: 30, mean: 1, variance: 2, ...still },
      { n: 40, mean: 3, variance: 2, ...still },
    ];
    expect(cupedLift(a, b, 'absolute')).toBeUndefined();
    const idle = { preMean: 5, preVariance: 1, covariance: 0 };
    for (const on of ['absolute', 'relative'] as const) {
      const adjusted = cupedLift({ ...a, ...idle }, { ...b, ...idle }, on)!;
      expect(adjusted.theta).toBe(0);
      expect(adjusted.estimate.value).toBeCloseTo(liftOf(a, b, on)!.value, 12);
      expect(adjusted.estimate.variance).toBeCloseTo(liftOf(a, b, on)!.variance, 12);
    }
  });
});

describe('the chance to be best', () => {
  const estimate = fc.record({
    value: fc.double({ min: -100, max: 100, noNaN: true }),
    variance: fc.double({ min: 1e-6, max: 1e4, noNaN: true }),
  });

  it('is the closed form for two, however different their widths', () => {
    fc.assert(
      fc.property(estimate, estimate, (a, b) => {
        const [first] = chancesToBeBest([a, b]);
        const exact = normalCdf((a.value - b.value) / Math.sqrt(a.variance + b.variance));
        expect(Math.abs(first! - exact)).toBeLessThan(1e-9);
      }),
      { numRuns: 500 },
    );
  });

  it('sums to 1, is equal among equals, and does not depend on the order', () => {
    fc.assert(
      fc.property(fc.array(estimate, { minLength: 1, maxLength: 8 }), (estimates) => {
        const chances = chancesToBeBest(estimates);
        expect(Math.abs(chances.reduce((sum, chance) => sum + chance, 0) - 1)).toBeLessThan(1e-8);
        const reversed = chancesToBeBest(estimates.toReversed()).toReversed();
        for (const [i, chance] of chances.entries()) expect(reversed[i]).toBeCloseTo(chance, 9);
      }),
    );
    for (const chance of chancesToBeBest(Array.from({ length: 5 }, () => ({ value: 3, variance: 2 })))) {
      expect(chance).toBeCloseTo(0.2, 10);
    }
  });

  it('agrees with a simulation of three', () => {
    const three = [
      { value: 1, variance: 1 },
      { value: 1.5, variance: 0.25 },
      { value: 0, variance: 4 },
    ];
    const random = seededRandom(7);
    const wins = [0, 0, 0];
    for (let i = 0; i < 200_000; i++) {
      const drawn = three.map(
        ({ value, variance }) =>
          value + Math.sqrt(variance) * Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()),
      );
      wins[drawn.indexOf(Math.max(...drawn))]! += 1;
    }
    for (const [i, chance] of chancesToBeBest(three).entries())
      expect(Math.abs(chance - wins[i]! / 200_000)).toBeLessThan(0.005);
  });
});

describe('a sample ratio', () => {
  it('that fits is likely, one that does not is not; an arm of weight 0 does not count', () => {
    const draw = (observed: number[], weights: number[]) =>
      observed.map((n, i) => ({ observed: n, weight: weights[i]! }));
    expect(sampleRatioP([draw([500, 500], [1, 1])])).toBe(1);
    expect(sampleRatioP([draw([900, 100], [90, 10])])).toBe(1);
    expect(sampleRatioP([draw([5_000, 4_500], [50, 50])])).toBeLessThan(1e-6);
    expect(sampleRatioP([draw([500, 500, 70], [1, 1, 0])])).toBe(1);
    expect(sampleRatioP([])).toBe(1);
  });

  it('of several draws adds up, so that two that lean opposite ways do not hide each other', () => {
    const lean = (a: number, b: number) => [
      { observed: a, weight: 1 },
      { observed: b, weight: 1 },
    ];
    expect(sampleRatioP([lean(1_000, 1_200), lean(1_200, 1_000)])).toBeLessThan(1e-7);
    expect(sampleRatioP([lean(2_200, 2_200)])).toBe(1);
  });

  it('is below 5 % in 5 % of honest draws', () => {
    const random = seededRandom(11);
    let below = 0;
    for (let run = 0; run < 2_000; run++) {
      const observed = [0, 0, 0];
      for (let i = 0; i < 300; i++) {
        const u = random();
        observed[u < 0.5 ? 0 : u < 0.8 ? 1 : 2]! += 1;
      }
      const weights = [5, 3, 2];
      if (sampleRatioP([observed.map((n, i) => ({ observed: n, weight: weights[i]! }))]) < 0.05) below++;
    }
    expect(below / 2_000).toBeGreaterThan(0.035);
    expect(below / 2_000).toBeLessThan(0.065);
  });
});

describe('the interval of a rate', () => {
  it('is the published one', () => {
    // Newcombe 1998, table I, method 3: 81/263, 15/148, 0/20, 1/29.
    const rounded = (successes: number, n: number) =>
      wilsonInterval(successes, n).map((bound) => Number(bound.toFixed(4)));
    expect(rounded(81, 263)).toEqual([0.2553, 0.3662]);
    expect(rounded(15, 148)).toEqual([0.0624, 0.1605]);
    expect(rounded(0, 20)).toEqual([0, 0.1611]);
    expect(rounded(1, 29)).toEqual([0.0061, 0.1718]);
  });

  it('holds the estimate and stays inside 0 to 1', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100_000 }), fc.double({ min: 0, max: 1, noNaN: true }), (n, share) => {
        const successes = Math.round(n * share);
        const interval = wilsonInterval(successes, n);
        expect(holds(interval, successes / n) && interval[0] >= 0 && interval[1] <= 1).toBe(true);
      }),
    );
  });

  it('has the variance of a proportion behind it', () => {
    expect(sampleOfProportion(14, 28)).toEqual({ n: 28, mean: 0.5, variance: 0.25 });
  });
});
