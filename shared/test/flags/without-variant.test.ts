import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FlagDraft } from '../../src/contract/flags.ts';
import { compileRuleset, evaluate, withoutVariant } from '../../src/flags/index.ts';
import { asFlag, context, definition, time, variantNames } from './arbitrary-flags.ts';
import { flagWith } from './support.ts';

const flag = flagWith({ variants: { a: 1, b: 2, off: 0 }, offVariant: 'off' });

describe('a flag without a variant', () => {
  it('gives its share of a split to whoever is outside the coverage, in its place', () => {
    const split = [
      { variant: 'a', weight: 50 },
      { variant: 'b', weight: 30 },
    ];
    expect(withoutVariant({ ...flag, fallthrough: { split, coverage: 60, otherwise: 'a' } }, 'b')?.fallthrough).toEqual(
      {
        split: [
          { variant: 'a', weight: 50 },
          { variant: 'a', weight: 30 },
        ],
        coverage: 60,
        otherwise: 'a',
      },
    );
    expect(withoutVariant({ ...flag, fallthrough: { split } }, 'b')?.fallthrough).toEqual({
      split: [
        { variant: 'a', weight: 50 },
        { variant: 'off', weight: 30 },
      ],
    });
  });

  it('serves the off variant where the variant stood alone, outside the coverage or in an override', () => {
    const without = withoutVariant(
      {
        ...flag,
        overrides: [{ attribute: 'userId', values: ['ann'], variant: 'b', note: 'trying' }],
        rules: [{ id: 'r', when: [], serve: { variant: 'b' } }],
        fallthrough: { split: [{ variant: 'a', weight: 1 }], otherwise: 'b' },
      },
      'b',
    );
    expect(without).toMatchObject({
      overrides: [{ attribute: 'userId', values: ['ann'], variant: 'off', note: 'trying' }],
      rules: [{ id: 'r', when: [], serve: { variant: 'off' } }],
      fallthrough: { split: [{ variant: 'a', weight: 1 }], otherwise: 'off' },
      variants: { a: 1, b: 2, off: 0 },
    });
  });

  it('is the same flag when it served the variant to nobody, and none for the off variant', () => {
    expect(withoutVariant(flag, 'b')).toBe(flag);
    expect(withoutVariant(flag, 'off')).toBeUndefined();
  });

  it('serves it to nobody at any time, and to all others what they had', () => {
    let tried = 0;
    let served = 0;
    fc.assert(
      fc.property(
        definition,
        fc.constantFrom(...variantNames),
        fc.array(context, { minLength: 5, maxLength: 20 }),
        fc.array(time, { minLength: 3, maxLength: 6 }),
        (before, variant, contexts, times) => {
          const after = withoutVariant(before, variant);
          expect(after === undefined).toBe(variant === before.offVariant);
          if (!after) return;
          expect(FlagDraft.safeParse(after).error).toBeUndefined();
          const [was, is] = [before, after].map((each) => compileRuleset({ revision: 1, flags: [asFlag(each)] })!);
          expect([was!.unreadable.size, is!.unreadable.size]).toEqual([0, 0]);
          for (const who of contexts) {
            for (const nowMs of times) {
              const had = evaluate(was!, before.key, who, { nowMs });
              const has = evaluate(is!, before.key, who, { nowMs });
              tried++;
              if (had?.variant === variant) served++;
              expect(has?.variant).not.toBe(variant);
              if (had?.variant !== variant) expect(has).toEqual(had);
            }
          }
        },
      ),
      { numRuns: 1_000 },
    );
    expect(served / tried).toBeGreaterThan(0.05);
  });
});
