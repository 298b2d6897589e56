import type { FlagDefinition } from '@whetstone/shared/contract';
import { describe, expect, it } from 'vitest';
import { seededRandom, type Sample } from '@whetstone/shared/stats';
import { moments } from '../../../shared/test/stats/support.ts';
import { compare, type ArmMoments } from '../../src/features/flags/experiments/compare.ts';
import { decide, decideTogether } from '../../src/features/flags/experiments/decide.ts';
import { oddsOf } from '../../src/features/flags/experiments/odds.ts';
import { phaseBorders, sampleRatioOf, type KnownVersions } from '../../src/features/flags/experiments/sample-ratio.ts';

const at = (text: string) => Date.parse(text);
const flag = (change: Partial<FlagDefinition> = {}): FlagDefinition => ({
  key: 'f',
  enabled: true,
  variants: { a: 1, b: 2, off: 0 },
  offVariant: 'off',
  rules: [],
  fallthrough: {
    split: [
      { variant: 'a', weight: 3 },
      { variant: 'b', weight: 1 },
    ],
  },
  ...change,
});
const oddsIn = (definition: FlagDefinition, ruleId: string | null, time = '2026-06-01T00:00:00Z') =>
  Object.fromEntries(oddsOf(definition, { ruleId }, at(time)) ?? []);

describe('the odds of a split', () => {
  const inB = { split: [{ variant: 'b', weight: 1 }], coverage: 25 };
  const rule = { id: 'r', when: [], serve: inB };

  it('are its weights under the coverage, and the rest is served otherwise', () => {
    expect(oddsIn(flag(), null)).toEqual({ a: 0.75, b: 0.25, off: 0 });
    expect(oddsIn(flag({ rules: [rule] }), 'r')).toEqual({ b: 0.25, off: 0.75 });
    expect(oddsIn(flag({ fallthrough: { ...inB, otherwise: 'b' } }), null)).toEqual({ b: 1 });
  });

  it('are not known of a fixed variant, of a rule that is gone, nor when one of several splits may have decided', () => {
    expect(oddsOf(flag({ fallthrough: { variant: 'a' } }), { ruleId: null }, 0)).toBeUndefined();
    expect(oddsOf(flag(), { ruleId: 'gone' }, 0)).toBeUndefined();
    expect(oddsOf(flag({ rules: [rule] }), 'unsaid', 0)).toBeUndefined();
    expect(oddsOf(flag(), 'unsaid', 0)?.get('a')).toBe(0.75);
  });

  it('follow schedule and rollout by the time of the exposure', () => {
    const planned = flag({
      fallthrough: inB,
      schedule: [{ at: '2026-07-01T00:00:00Z', set: { fallthrough: { ...inB, coverage: 90 } } }],
    });
    expect(oddsIn(planned, null, '2026-06-30T23:59:59Z')).toEqual({ b: 0.25, off: 0.75 });
    expect(oddsIn(planned, null, '2026-07-01T00:00:00Z')['b']).toBeCloseTo(0.9);
    const steps = [
      { at: '2026-06-01T00:00:00Z', coverage: 50 },
      { at: '2026-07-01T00:00:00Z', coverage: 100 },
    ];
    const rolling = flag({ fallthrough: inB, rollout: { steps } });
    expect(
      ['2026-05-01', '2026-06-01', '2026-08-01'].map((day) => oddsIn(rolling, null, `${day}T00:00:00Z`)['b']),
    ).toEqual([0.25, 0.5, 1]);
    const paused = flag({ fallthrough: inB, rollout: { steps, pausedAt: '2026-06-15T00:00:00Z' } });
    expect(oddsIn(paused, null, '2026-08-01T00:00:00Z')['b']).toBe(0.5);
  });
});

describe('the sample ratio', () => {
  const since = at('2026-06-01T00:00:00Z');
  const known = (definition: FlagDefinition): KnownVersions =>
    new Map([[3, { definition, sinceMs: since, isCurrent: true }]]);
  const drawn = (variant: string, units: number, flagVersion = 3, phase = 1) => ({
    variant,
    units,
    flagVersion,
    phase,
    ruleId: null,
    said: true,
  });

  it('is held against the split of the version, phase by phase', () => {
    const rolling = flag({
      fallthrough: { split: [{ variant: 'a', weight: 1 }], coverage: 10 },
      rollout: { steps: [{ at: '2026-06-10T00:00:00Z', coverage: 50 }] },
    });
    expect(phaseBorders(known(rolling))).toEqual([since, at('2026-06-10T00:00:00Z')]);
    const fits = [drawn('a', 100), drawn('off', 900), drawn('a', 500, 3, 2), drawn('off', 500, 3, 2)];
    expect(sampleRatioOf(fits, known(rolling))).toMatchObject({ p: 1, checkedUnits: 2_000, uncheckedUnits: 0 });
    const swapped = [drawn('a', 500), drawn('off', 500), drawn('a', 100, 3, 2), drawn('off', 900, 3, 2)];
    expect(sampleRatioOf(swapped, known(rolling)).p).toBeLessThan(1e-9);
  });

  it('leaves out what it cannot know, and says how much that is', () => {
    const answer = sampleRatioOf([drawn('a', 75), drawn('b', 25), drawn('a', 500, 2)], known(flag()));
    expect(answer).toMatchObject({ p: 1, checkedUnits: 100, uncheckedUnits: 500 });
    expect(answer.text).toContain('500 of 600 units could not be checked');
    expect(sampleRatioOf([drawn('a', 3), drawn('b', 1)], known(flag()))).toMatchObject({
      checkedUnits: 0,
      uncheckedUnits: 4,
    });
    expect(sampleRatioOf([drawn('a', 900, 0, 1)], known(flag({ fallthrough: { variant: 'a' } })))).not.toHaveProperty(
      'p',
    );
  });

  it('takes a version that was not said for the one in force, from when that began', () => {
    const units = [drawn('a', 75, 0), drawn('b', 25, 0), drawn('a', 40, 0, 0)];
    expect(sampleRatioOf(units, known(flag()))).toMatchObject({ p: 1, checkedUnits: 100, uncheckedUnits: 40 });
  });
});

describe('the verdict', () => {
  const arm = (variant: string, n: number, mean: number, variance: number | null = 0.2): ArmMoments => ({
    variant,
    units: n,
    unitsWithOutcome: n,
    outcomes: n,
    mean,
    variance,
    isRate: false,
    unitsWithPast: 0,
    preMean: null,
    preVariance: null,
    covariance: null,
  });
  const ratio = { checkedUnits: 0, uncheckedUnits: 0, expected: [], text: 'fine' };
  const verdict = (a: ArmMoments, b: ArmMoments, better: 'higher' | 'lower' = 'higher', metric = 'n') =>
    decide(a, b, compare(a, b, better, 0.05), { metric, better, ratio });

  it('is better or worse by the direction of the metric', () => {
    const [a, b] = [arm('off', 5_000, 0.5), arm('on', 5_000, 0.6)];
    expect(verdict(a, b).state).toBe('better');
    expect(verdict(a, b, 'lower').state).toBe('worse');
    expect(verdict(a, b, 'higher', 'success').text).toMatch(
      /^"on" is better than "off": success \+10 points \(\+.* to \+.*\)\.$/,
    );
  });

  it('waits where a single test would already speak', () => {
    const [a, b] = [arm('off', 500, 0.5), arm('on', 500, 0.57)];
    expect(compare(a, b, 'higher', 0.05).absolute!.p).toBeLessThan(0.05);
    expect(verdict(a, b).state).toBe('too_early');
  });

  it('says that nothing matters once the interval is within 5 % of the control', () => {
    expect(verdict(arm('off', 100_000, 0.5), arm('on', 100_000, 0.501)).state).toBe('no_difference');
    expect(verdict(arm('off', 100_000, 0), arm('on', 100_000, 0)).state).toBe('too_early');
  });

  it('is too early for few units and for units that do not vary, never NaN', () => {
    const answers = [
      verdict(arm('off', 19, 0), arm('on', 500, 1)),
      verdict(arm('off', 1, 0, null), arm('on', 1, 1, null)),
      verdict(arm('off', 500, 0, 0), arm('on', 500, 1, 0)),
    ];
    for (const { state, text } of answers) {
      expect(state).toBe('too_early');
      expect(text).toContain('Not enough data');
      expect(text).not.toContain('NaN');
    }
  });

  it('takes no small variant without failures for better than a large control that has some', () => {
    // 20 of 20 happen to 36 % of all variants that are as good as the control.
    expect(verdict(arm('off', 5_000, 0.95, 0.0475), arm('on', 20, 1, 0)).state).toBe('too_early');
    expect(verdict(arm('off', 20, 1, 0), arm('on', 5_000, 0.95, 0.0475)).state).toBe('too_early');
    expect(verdict(arm('off', 1_980, 0.02, 0.0196), arm('on', 20, 0, 0)).state).toBe('too_early');
  });

  it.each([
    ['a rate of 95 %', 0.9, 0.95],
    ['a rate of 95 %', 0.99, 0.95],
    ['a rate of 2 %', 0.9, 0.02],
    ['a rate of 2 %', 0.05, 0.02],
  ])(
    'is wrong in at most 5 of 100 A/A tests, looked at 100 times each, of %s with %d of the units in the control',
    (_, share, rate) => {
      const wrong = Array.from({ length: 100 }, (_, seed) => {
        const random = seededRandom(seed + 1);
        const [off, on] = [moments(), moments()];
        const of = (variant: string, { n, mean, variance }: Sample) => arm(variant, n, mean, variance);
        for (let unit = 1; unit <= 4_000; unit++) {
          (random() < share ? off : on).add(random() < rate ? 1 : 0);
          if (unit < 100 || unit % 40 > 0) continue;
          const { state } = verdict(of('off', off.sample()), of('on', on.sample()));
          if (state === 'better' || state === 'worse') return true;
        }
        return false;
      });
      expect(wrong.filter(Boolean).length).toBeLessThanOrEqual(5);
    },
  );

  it('still finds in a tenth of the units what is there', () => {
    expect(verdict(arm('off', 9_000, 0.9), arm('on', 1_000, 0.95)).state).toBe('better');
    expect(verdict(arm('off', 9_000, 0.95), arm('on', 1_000, 0.9)).state).toBe('worse');
  });

  it('on several comparisons warns first, then tells what it found', () => {
    const of = (state: 'better' | 'worse' | 'too_early' | 'no_difference' | 'srm_broken', text: string = state) => ({
      state,
      text,
    });
    expect(decideTogether([of('better'), of('srm_broken')]).state).toBe('srm_broken');
    expect(decideTogether([of('worse'), of('better', 'b is better'), of('better', 'c is better')])).toEqual({
      state: 'better',
      text: 'b is better c is better',
    });
    expect(decideTogether([of('worse'), of('too_early')]).state).toBe('too_early');
    expect(decideTogether([of('worse'), of('worse')]).state).toBe('worse');
    expect(decideTogether([]).state).toBe('too_early');
  });

  it('leaves a relative lift away where the control is about 0', () => {
    const figures = compare(arm('off', 100, 0.01), arm('on', 100, 0.3), 'higher', 0.05);
    expect(figures).toHaveProperty('absolute');
    expect(figures).not.toHaveProperty('relative');
  });
});
