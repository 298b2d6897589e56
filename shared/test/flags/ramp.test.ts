import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Flag } from '../../src/contract/flags.ts';
import { decide } from '../../src/flags/index.ts';
import { compiled, flagWith } from './support.ts';

const weights = fc
  .array(fc.integer({ min: 0, max: 1_000 }), { minLength: 1, maxLength: 10 })
  .filter((list) => list.some((weight) => weight > 0));
const splitOf = (list: number[]) => list.map((weight, i) => ({ variant: `v${i}`, weight }));
const variantsOf = (list: number[]) => Object.fromEntries([...list.map((_, i) => [`v${i}`, i]), ['out', 'out']]);
const percentage = fc.double({ min: 0, max: 100, noNaN: true });
const units = fc.array(fc.string({ unit: 'grapheme', minLength: 1 }), { minLength: 20, maxLength: 40 });
const hash = fc.constantFrom(undefined, 'flagd' as const);

const variantIn = (flag: Flag, userId: string, nowMs = 0) =>
  decide(compiled(JSON.parse(JSON.stringify(flag))), flag.key, { userId }, { nowMs })?.variant;

describe('raising the coverage', () => {
  it('never moves a unit that was in, for any number of variants', () => {
    fc.assert(
      fc.property(weights, percentage, percentage, units, hash, (list, one, other, people, how) => {
        const at = (coverage: number) =>
          flagWith({
            variants: variantsOf(list),
            offVariant: 'out',
            fallthrough: { split: splitOf(list), coverage, ...(how && { hash: how }) },
          });
        for (const userId of people) {
          const before = variantIn(at(Math.min(one, other)), userId);
          if (before !== 'out') expect(variantIn(at(Math.max(one, other)), userId)).toBe(before);
        }
      }),
      { numRuns: 1_000 },
    );
  }, 60_000);

  it('by a rollout plan neither, whether the plan is of the fallthrough or of a rule, paused or not', () => {
    const day = 86_400_000;
    fc.assert(
      fc.property(
        weights,
        fc.array(percentage, { minLength: 2, maxLength: 6 }),
        fc.boolean(),
        fc.option(fc.nat(6), { nil: undefined }),
        units,
        (list, coverages, inRule, pausedAfter, people) => {
          const [coverage = 0, ...raised] = coverages.toSorted((a, b) => a - b);
          const steps = raised.map((next, i) => ({ at: new Date((i + 1) * day).toISOString(), coverage: next }));
          const serve = { split: splitOf(list), coverage };
          const flag = flagWith({
            variants: variantsOf(list),
            offVariant: 'out',
            rules: inRule ? [{ id: 'r', when: [], serve }] : [],
            fallthrough: serve,
            rollout: {
              steps,
              ...(inRule && { rule: 'r' }),
              ...(pausedAfter !== undefined && { pausedAt: new Date(pausedAfter * day).toISOString() }),
            },
          });
          for (const userId of people) {
            let before: string | undefined = 'out';
            for (let nowMs = 0; nowMs <= 7 * day; nowMs += day) {
              const now = variantIn(flag, userId, nowMs);
              if (before !== 'out') expect(now).toBe(before);
              before = now;
            }
          }
        },
      ),
      { numRuns: 200 },
    );
  }, 60_000);
});

it.each([undefined, 'flagd' as const])(
  'shares 100,000 units out within 1 %% of the weights (hash %s)',
  (how) => {
    fc.assert(
      fc.property(weights, fc.stringMatching(/^[a-z0-9]{1,12}$/), percentage, (list, salt, coverage) => {
        const split = splitOf(list);
        const ruleset = compiled({
          ...flagWith({ variants: variantsOf(list), offVariant: 'out', salt }),
          fallthrough: { split, coverage, ...(how && { hash: how }) },
        });
        const counts = new Map<string, number>();
        for (let i = 0; i < 100_000; i++) {
          const { variant = '' } = decide(ruleset, 'new-fixer-prompt', { userId: `user-${i}` }, { nowMs: 0 }) ?? {};
          counts.set(variant, (counts.get(variant) ?? 0) + 1);
        }
        const total = list.reduce((sum, weight) => sum + weight, 0);
        for (const { variant, weight } of split) {
          const expected = (weight / total) * (coverage / 100);
          expect(Math.abs((counts.get(variant) ?? 0) / 100_000 - expected)).toBeLessThan(0.01);
        }
      }),
      { numRuns: 20 },
    );
  },
  60_000,
);
