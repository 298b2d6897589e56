import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Condition, FlagDefinition } from '../../src/contract/flag-document.ts';
import { FlagDraft } from '../../src/contract/flags.ts';
import { fromFlagd, toFlagd } from '../../src/flagd/index.ts';
import { example, keysOf, shapes } from './documents.ts';
import { flagdOver, oursOver } from './oracle.ts';

/** Of the types that the documents compare the attributes with; each may be missing. */
const context = fc.record(
  {
    targetingKey: fc.oneof(
      fc.nat(2_000).map((i) => `user-${i}`),
      fc.constantFrom('user-7'),
    ),
    email: fc
      .tuple(
        fc.constantFrom('alice', 'bob', 'amy', 'x'),
        fc.nat(500),
        fc.constantFrom('faas.com', 'openfeature.dev', 'a.b'),
      )
      .map(([name, i, host]) => `${name}${i}@${host}`),
    color: fc.constantFrom('yellow', 'red'),
    plan: fc.constantFrom('pro', 'team', 'free', 'other'),
    age: fc.constantFrom(-1, 0, 5, 17, 18, 20, 21, 60, 61, 65, 66, 4.5),
    version: fc.constantFrom(
      '2.0.0',
      '2.0.1',
      '1',
      '1.0',
      '0.9.9',
      '3.0.0',
      '3.0.0-rc.1',
      '3.0.9',
      '3.2.0',
      '3.9.9-a',
      '4.0.0',
      '4.0.0-0',
      'none',
      '10.0.0+b',
      '2.0.0.0',
    ),
    beta: fc.boolean(),
  },
  { requiredKeys: [] },
);

type Ask = ReturnType<typeof oursOver>;

function expectSame(keys: readonly (readonly [string, string])[], [expected, actual]: [Ask, Ask], numRuns: number) {
  const seen = new Map<string, Set<unknown>>();
  fc.assert(
    fc.property(context, (given) => {
      for (const [theirs, ours] of keys) {
        const served = expected(theirs, given);
        expect({ key: ours, ...actual(ours, given) }).toEqual({ key: ours, ...served });
        seen.set(theirs, (seen.get(theirs) ?? new Set()).add(served.variant));
      }
    }),
    { numRuns },
  );
  return seen;
}

describe.each([
  ["flagd's example", example, keysOf(example)],
  ['a flag of every shape', shapes, {}],
] as const)('%s', (_, document, keys: Record<string, string>) => {
  const { flags, refused } = fromFlagd(document, keys);
  const pairs = Object.keys(document.flags).map((key) => [key, keys[key] ?? key] as const);

  it('is imported whole, as flags that may be written as they are', () => {
    expect(refused).toEqual([]);
    expect(flags.map(({ key }) => key)).toEqual(pairs.map(([, ours]) => ours));
    for (const flag of flags) expect(FlagDraft.safeParse(flag).error).toBeUndefined();
  });

  it('serves what flagd serves, to 2,000 contexts', () => {
    const seen = expectSame(pairs, [flagdOver(document), oursOver(flags)], 2_000);
    // A flag that decides serves more than one variant, else there was little to compare.
    const decisive = Object.entries(document.flags).filter(([, flag]) => JSON.stringify(flag).includes('"var"'));
    for (const [key] of decisive)
      if (key !== 'key-in-condition') expect([key, seen.get(key)!.size > 1]).toEqual([key, true]);
  }, 60_000);

  it('is served by flagd as before once it was exported again, and by us once that was imported', () => {
    const exported = toFlagd(flags);
    expect(exported.refused).toEqual([]);
    const again = fromFlagd(exported.document);
    expect(again.refused).toEqual([]);
    const ours = pairs.map(([, key]) => [key, key] as const);
    expectSame(pairs, [flagdOver(document), flagdOver(exported.document)], 500);
    expectSame(ours, [oursOver(flags), oursOver(again.flags)], 500);
    expect(fromFlagd(toFlagd(again.flags).document)).toEqual(again);
  }, 60_000);
});

describe('a condition on what is there', () => {
  it.each<[string, Condition]>([
    ['exists', { attribute: 'beta', op: 'exists', values: [] }],
    ['is missing', { attribute: 'beta', op: 'exists', values: [], negate: true }],
    ['is not one of', { attribute: 'beta', op: 'in', values: [true, 5], negate: true }],
    ['is not above', { attribute: 'age', op: 'gt', values: [18], negate: true }],
    ['is below', { attribute: 'age', op: 'lt', values: [18] }],
  ])('"%s" holds for false and for 0 in flagd as it does here', (_, condition) => {
    const flag: FlagDefinition = {
      key: 'f',
      enabled: true,
      variants: { on: true, off: false },
      offVariant: 'off',
      rules: [{ id: 'r', when: [condition], serve: { variant: 'on' } }],
      fallthrough: { variant: 'off' },
    };
    const { document, refused } = toFlagd([flag]);
    expect(refused).toEqual([]);
    const again = fromFlagd(document);
    expect(again.refused).toEqual([]);
    const [ours, theirs, back] = [oursOver([flag]), flagdOver(document), oursOver(again.flags)];
    for (const context of [{ beta: false, age: 0 }, { beta: true, age: 20 }, { beta: 0 }, {}]) {
      const served = ours('f', context);
      expect([context, theirs('f', context)]).toEqual([context, served]);
      expect([context, back('f', context)]).toEqual([context, served]);
    }
  });
});

describe('a flag that flagd has disabled', () => {
  it('is disabled, and back again', () => {
    const document = { flags: { f: { state: 'DISABLED', variants: { on: true, off: false }, defaultVariant: 'off' } } };
    const { flags } = fromFlagd(document);
    expect(flags).toMatchObject([{ enabled: false, offVariant: 'off' }]);
    expect(toFlagd(flags).document.flags).toEqual(document.flags);
  });
});

describe('what cannot be said here', () => {
  const variants = { a: 'A', b: 'B' };
  const flag = { state: 'ENABLED', variants, defaultVariant: 'a' };
  const refusalOf = (given: object, more: object = {}) => {
    const { flags, refused } = fromFlagd({ flags: { f: { ...flag, ...given }, other: flag }, ...more });
    expect(flags.map(({ key }) => key)).toEqual(['other']);
    return refused;
  };
  const targeted = (condition: unknown) => ({ targeting: { if: [condition, 'a', 'b'] } });

  it.each<[string, object, string, RegExp]>([
    [
      'a nested attribute',
      targeted({ '==': [{ var: 'user.name' }, 'x'] }),
      '$.flags.f.targeting.if[0]["=="][0].var',
      /flat/,
    ],
    [
      'the time',
      targeted({ '>': [{ var: '$flagd.timestamp' }, 5] }),
      '$.flags.f.targeting.if[0][">"][0].var',
      /schedule/,
    ],
    [
      'two attributes',
      targeted({ '==': [{ var: 'x' }, { var: 'y' }] }),
      '$.flags.f.targeting.if[0]["=="]',
      /each other/,
    ],
    ['an unknown operation', targeted({ some: [{ var: 'x' }, true] }), '$.flags.f.targeting.if[0].some', /"some"/],
    [
      'arithmetic',
      targeted({ '==': [{ '+': [{ var: 'x' }, 1] }, 2] }),
      '$.flags.f.targeting.if[0]["=="][0]["+"]',
      /"\+"/,
    ],
    [
      'a split as a condition',
      targeted({ fractional: [[true, 1]] }),
      '$.flags.f.targeting.if[0].fractional',
      /fractional/,
    ],
    ['part of a fixed text', targeted({ in: [{ var: 'x' }, 'abc'] }), '$.flags.f.targeting.if[0].in[1]', /fixed text/],
    [
      'text that is no version',
      targeted({ sem_ver: [{ var: 'x' }, '=', 'x'] }),
      '$.flags.f.targeting.if[0].sem_ver[2]',
      /version/,
    ],
    ['an unknown reference', targeted({ $ref: 'nowhere' }), '$.flags.f.targeting.if[0].$ref', /nowhere/],
    ['an unknown variant', { targeting: { if: [true, 'c'] } }, '$.flags.f.targeting.if[1]', /"c"/],
    ['a variant out of the context', { targeting: { var: 'x' } }, '$.flags.f.targeting.var', /foreseen/],
    [
      'an answer that may be nothing',
      { targeting: { starts_with: [{ var: 'x' }, 'a'] } },
      '$.flags.f.targeting.starts_with',
      /foreseen/,
    ],
    [
      'a weight that is worked out',
      { targeting: { fractional: [['a', { var: 'x' }]] } },
      '$.flags.f.targeting.fractional[0][1]',
      /worked out/,
    ],
    [
      'weights too fine',
      {
        targeting: {
          fractional: [
            ['a', 1],
            ['b', 99_999],
          ],
        },
      },
      '$.flags.f.targeting.fractional',
      /100000/,
    ],
    [
      'two seeds',
      { targeting: { if: [{ var: 'x' }, { fractional: [{ var: 'x' }, ['a', 1]] }, { fractional: [['a', 1]] }] } },
      '$.flags.f.targeting.if[2].fractional',
      /seeds/,
    ],
    [
      'text after the attribute',
      { targeting: { fractional: [{ cat: [{ var: 'x' }, 's'] }, ['a', 1]] } },
      '$.flags.f.targeting.fractional[0].cat',
      /followed by/,
    ],
    ['no default variant', { defaultVariant: null }, '$.flags.f.defaultVariant', /always serves/],
    [
      'a variant name that is none here',
      { variants: { ...variants, 'c d': 'C' } },
      '$.flags.f.variants["c d"]',
      /variant/,
    ],
    ['metadata without a place', { metadata: { colour: 'red' } }, '$.flags.f.metadata.colour', /place/],
    ['an unknown member', { novelty: 1 }, '$.flags.f.novelty', /nothing of this name/],
    ['another state', { state: 'HALF' }, '$.flags.f.state', /ENABLED/],
  ])('is refused by name: %s', (_, given, path, why) => {
    expect(refusalOf(given)).toEqual([{ key: 'f', path, why: expect.stringMatching(why) }]);
  });

  it('is refused by name in a document as a whole, and where it refers to itself', () => {
    const evaluators = { a: { and: [{ $ref: 'b' }, { $ref: 'a' }] }, b: true };
    expect(refusalOf(targeted({ $ref: 'a' }), { $evaluators: evaluators })).toMatchObject([
      { key: 'f', path: '$.$evaluators.a.and[1].$ref', why: expect.stringContaining('not followed') },
    ]);
    expect(fromFlagd({ flags: {}, metadata: {} }).refused).toMatchObject([{ path: '$.metadata' }]);
    expect(fromFlagd([]).refused).toMatchObject([{ path: '$.flags' }]);
  });

  it('is a key that is none here, until another is named for it', () => {
    const document = {
      flags: {
        myFlag: {
          ...flag,
          targeting: {
            fractional: [
              ['a', 1],
              ['b', 1],
            ],
          },
        },
      },
    };
    expect(fromFlagd(document).refused).toMatchObject([
      { key: 'myFlag', path: '$.flags.myFlag', why: expect.stringContaining('"keys"') },
    ]);
    expect(fromFlagd(document, { myFlag: 'my-flag' }).flags).toMatchObject([{ key: 'my-flag', salt: 'myFlag' }]);
    const twice = { flags: { myFlag: flag, 'my-flag': flag } };
    expect(fromFlagd(twice, { myFlag: 'my-flag' }).refused).toMatchObject([
      { key: 'my-flag', path: '$.flags.my-flag' },
    ]);
  });

  it('is what needs more rules than a flag has, found out before they are made', () => {
    const pairs = Array.from({ length: 12 }, (_, i) => ({ or: [{ var: `x${i}` }, { var: `y${i}` }] }));
    expect(refusalOf(targeted({ and: pairs }))).toMatchObject([{ why: expect.stringContaining('500 rules') }]);
  });
});
