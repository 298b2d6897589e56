import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FlagDraft } from '../src/contract/index.ts';
import { lintFlags, lintRules, type LintInput, type LintRule } from '../src/lint/index.ts';

const nowMs = Date.parse('2026-06-01T00:00:00Z');
const split = (...parts: [variant: string, weight: number][]) => ({
  split: parts.map(([variant, weight]) => ({ variant, weight })),
});
const [on, off] = [{ variant: 'on' }, { variant: 'off' }];
const is = (attribute: string, ...values: unknown[]) => ({ attribute, op: 'in', values });
const rule = (id: string, serve: object, ...when: object[]) => ({ id, when, serve });

/** Nothing is to be said of it. */
const aFlag = (change: object = {}) => ({
  key: 'flag',
  description: 'Decides something until summer',
  owner: 'team-a',
  enabled: true,
  type: 'boolean',
  variants: { on: true, off: false },
  offVariant: 'off',
  rules: [rule('r1', on, is('userId', 'kim'))],
  fallthrough: split(['on', 25], ['off', 75]),
  ...change,
});

const said = (flags: unknown[], more: Partial<LintInput> = {}) =>
  lintFlags({ flags, nowMs, ...more }).map(({ rule: id, severity, path }) => `${severity} ${id} ${path}`);

describe('a flag', () => {
  it('of which nothing is to be said', () => {
    expect(said([aFlag()])).toEqual([]);
  });

  const prices = Array.from({ length: 30 }, (_, i) => `price-${i}`);
  it.each<[LintRule, object, string[]]>([
    ['schema', { enabeld: true }, ['error schema /enabeld']],
    ['schema', { enabled: 'yes', offVariant: 7 }, ['error schema /enabled', 'error schema /offVariant']],
    ['schema', { fallthrough: { split: [] } }, ['error schema /fallthrough/split', 'error schema /fallthrough/split']],
    [
      'schema',
      { rules: [rule('r1', on, { attribute: 'a', op: 'matches', values: ['(?=x)'] })] },
      ['error schema /rules/0/when/0/values/0'],
    ],
    [
      'schema',
      { prerequisites: [{ flag: 'flag', variants: ['on'] }] },
      ['error prerequisite-cycle /prerequisites/0/flag'],
    ],
    [
      'duplicate-rule-id',
      { rules: [rule('r', on, is('userId', 'a')), rule('r', on, is('userId', 'b'))] },
      ['error duplicate-rule-id /rules/1/id'],
    ],
    ['unknown-variant', { fallthrough: { variant: 'big' } }, ['error unknown-variant /fallthrough/variant']],
    ['unknown-variant', { overrides: [{ values: ['kim'], variant: 'a/b~c' }] }, ['error schema /overrides/0/variant']],
    [
      'unknown-variant',
      { overrides: [{ values: ['kim'], variant: 'beta' }] },
      ['error unknown-variant /overrides/0/variant'],
    ],
    [
      'unknown-variant',
      { schedule: [{ at: '2027-01-01T00:00:00Z', set: { fallthrough: { ...split(['on', 1]), otherwise: 'x' } } }] },
      ['error unknown-variant /schedule/0/set/fallthrough/otherwise'],
    ],
    [
      'unknown-rule',
      { rollout: { rule: 'r9', steps: [{ at: '2027-01-01T00:00:00Z', coverage: 5 }] } },
      ['error unknown-rule /rollout/rule'],
    ],
    [
      'unknown-rule',
      { rollout: { rule: 'r1', steps: [{ at: '2027-01-01T00:00:00Z', coverage: 5 }] } },
      ['error unknown-rule /rollout/rule'],
    ],
    ['value-type', { variants: { on: 'true', off: false } }, ['error value-type /variants/on']],
    [
      'pattern-cost',
      {
        rules: [
          rule(
            'r1',
            on,
            { attribute: 'a', op: 'matches', values: ['a{990}'] },
            { attribute: 'b', op: 'matches', values: ['b{990}', 'c{990}'] },
          ),
        ],
      },
      ['error pattern-cost /rules/0/when/1/values/1'],
    ],
    [
      'pattern-cost',
      { rules: [rule('r1', on, { attribute: 'a', op: 'matches', values: ['a{990}', 'b{500}'] })] },
      ['warning pattern-cost /rules/0/when/0/values/1'],
    ],
    [
      'unreachable-rule',
      { rules: [rule('all', on), rule('r2', off, is('userId', 'kim'))] },
      ['error unreachable-rule /rules/1'],
    ],
    [
      'unreachable-rule',
      { rules: [rule('all', split(['on', 1], ['off', 1])), rule('r2', off, is('userId', 'kim'))] },
      ['warning unreachable-rule /rules/1'],
    ],
    [
      'unreachable-rule',
      { rules: [rule('a', on, is('userId', 'kim', 'ada')), rule('b', off, is('userId', 'ada', 'kim'))] },
      ['error unreachable-rule /rules/1'],
    ],
    [
      'unreachable-rule',
      { rules: [rule('a', on, is('userId', 'kim')), rule('b', off, is('repoId', 'x'), is('userId', 'kim'))] },
      ['error unreachable-rule /rules/1'],
    ],
    [
      'unreachable-rule',
      { rules: [rule('a', on, is('userId', 'kim')), rule('b', off, { ...is('userId', 'kim'), negate: true })] },
      [],
    ],
    [
      'unreachable-rule',
      { rules: [rule('a', on, is('repoId', 'x'), is('userId', 'kim')), rule('b', off, is('userId', 'kim'))] },
      [],
    ],
    [
      'unreachable-rule',
      { schedule: [{ at: '2027-01-01T00:00:00Z', set: { rules: [rule('x', on), rule('y', off)] } }] },
      ['error unreachable-rule /schedule/0/set/rules/1'],
    ],
    ['unserved-variant', { type: 'json', variants: { on: 1, off: 0, 'be/ta': 2 } }, ['error schema /variants/be~1ta']],
    [
      'unserved-variant',
      { type: 'json', variants: { on: 1, off: 0, beta: 2 } },
      ['warning unserved-variant /variants/beta'],
    ],
    [
      'unserved-variant',
      { rules: [], fallthrough: { ...split(['on', 1]), coverage: 0 } },
      ['warning unserved-variant /variants/on'],
    ],
    [
      'unserved-variant',
      {
        rules: [],
        fallthrough: { ...split(['on', 1]), coverage: 0 },
        rollout: { steps: [{ at: '2027-01-01T00:00:00Z', coverage: 5 }] },
      },
      [],
    ],
    ['zero-weight', { fallthrough: split(['on', 0], ['off', 1]) }, ['warning zero-weight /fallthrough/split/0/weight']],
    ['mixed-types', { type: undefined, variants: { on: true, off: 'no' } }, ['warning mixed-types /variants']],
    ['mixed-types', { type: 'json', variants: { on: true, off: 'no' } }, []],
    ['missing-type', { type: undefined }, ['warning missing-type ']],
    ['missing-owner', { owner: ' ' }, ['warning missing-owner ']],
    ['missing-description', { description: undefined }, ['warning missing-description ']],
    [
      'past-schedule',
      {
        schedule: [
          { at: '2026-05-31T00:00:00Z', set: { enabled: true } },
          { at: '2027-05-31T00:00:00Z', set: { enabled: false } },
        ],
      },
      ['warning past-schedule /schedule/0/at'],
    ],
    [
      'past-schedule',
      {
        rollout: {
          steps: [
            { at: '2026-05-30T00:00:00Z', coverage: 5 },
            { at: '2026-05-31T00:00:00Z', coverage: 100 },
          ],
        },
      },
      ['warning past-schedule /rollout'],
    ],
    [
      'past-schedule',
      {
        rollout: {
          steps: [
            { at: '2026-05-30T00:00:00Z', coverage: 5 },
            { at: '2026-06-30T00:00:00Z', coverage: 100 },
          ],
        },
      },
      [],
    ],
    [
      'expired-override',
      { overrides: [{ values: ['kim'], variant: 'on', expiresAt: '2026-05-31T00:00:00Z' }] },
      ['warning expired-override /overrides/0/expiresAt'],
    ],
    ['expired-flag', { expiresAt: '2026-05-31T00:00:00Z' }, ['warning expired-flag /expiresAt']],
    ['expired-flag', { expiresAt: '2026-06-01T00:00:00.001Z' }, []],
    ['agent-made-without-expiry', { tags: ['agent-made'] }, ['warning agent-made-without-expiry /tags']],
    ['agent-made-without-expiry', { tags: ['agent'], expiresAt: '2027-01-01T00:00:00Z' }, []],
    ['schema', { rules: [rule('r1', on, is('x', ...prices))] }, []],
  ])('%s: %j', (_, change, expected) => {
    expect(said([aFlag(change)])).toEqual(expected);
  });

  it('of an archive or in the short form is held to its form alone', () => {
    expect(
      said([aFlag({ archivedAt: '2026-01-01T00:00:00Z', owner: undefined, fallthrough: { variant: 'x' } })]),
    ).toEqual(['error schema /fallthrough/variant']);
    expect(said([{ key: 'short', rolloutPercentage: 25 }])).toEqual([]);
    expect(said([{ key: 'short', rolloutPercentage: 101 }])).toEqual(['error schema /rolloutPercentage']);
  });

  it('may come as a list of the server has it', () => {
    const read = { version: 3, createdAt: 'x', updatedAt: 'x', lastEvaluatedAt: null, staleReasons: [] };
    expect(said([aFlag(read)])).toEqual([]);
  });

  it.each([[null], [7], ['text'], [[]], [{}]])('is not %j', (document) => {
    expect(lintFlags({ flags: [document], nowMs })).toContainEqual(
      expect.objectContaining({ rule: 'schema', index: 0 }),
    );
  });
});

describe('flags together', () => {
  const needs = (key: string, flag: string, ...variants: string[]) =>
    aFlag({ key, prerequisites: [{ flag, variants }] });

  it('have keys of their own', () => {
    expect(lintFlags({ flags: [aFlag(), aFlag({ key: 'other' }), aFlag()], nowMs })).toMatchObject([
      { rule: 'duplicate-key', flag: 'flag', index: 2, path: '/key', message: 'the key "flag" is taken by document 1' },
    ]);
  });

  it('wait for flags and variants that there are', () => {
    expect(said([needs('a', 'b', 'on', 'beta')])).toEqual(['error unknown-prerequisite /prerequisites/0/flag']);
    expect(said([needs('a', 'b', 'on', 'beta'), aFlag({ key: 'b' })])).toEqual([
      'error unknown-prerequisite /prerequisites/0/variants/1',
    ]);
    expect(said([needs('a', 'b', 'on')], { archived: ['b'] })).toEqual([
      'error archived-prerequisite /prerequisites/0/flag',
    ]);
    expect(said([needs('a', 'b', 'on'), aFlag({ key: 'b', archivedAt: '2026-01-01T00:00:00Z' })])).toEqual([
      'error archived-prerequisite /prerequisites/0/flag',
    ]);
    // It is there, and what is wrong with it is said at its own place.
    expect(said([needs('a', 'b', 'on'), aFlag({ key: 'b', enabled: 1 })])).toEqual(['error schema /enabled']);
  });

  it('do not wait for each other', () => {
    const ring = [needs('a', 'b', 'on'), needs('b', 'c', 'on'), needs('c', 'a', 'on')];
    expect(lintFlags({ flags: ring, nowMs }).map(({ message }) => message)).toEqual([
      'goes round: a -> b -> c -> a',
      'goes round: b -> c -> a -> b',
      'goes round: c -> a -> b -> c',
    ]);
  });

  it('ask for segments that there are, as far as these are known', () => {
    const asks = aFlag({ rules: [rule('r', on, { attribute: 'userId', op: 'segment', values: ['beta', 'gone'] })] });
    expect(said([asks], { segments: ['beta'] })).toEqual(['error unknown-segment /rules/0/when/0/values/1']);
    expect(said([asks])).toEqual([
      'warning unknown-segment /rules/0/when/0/values/0',
      'warning unknown-segment /rules/0/when/0/values/1',
    ]);
  });

  it('are many: 2,000 in a chain take neither a deep stack nor the square of their time', { timeout: 30_000 }, () => {
    const chain = Array.from({ length: 2_000 }, (_, i) => needs(`f${i}`, `f${i + 1}`, 'on'));
    expect(said([...chain, aFlag({ key: 'f2000' })])).toEqual([]);
  });
});

it('every rule says what to do', () => {
  const flags = [aFlag({ owner: '', variants: { on: true, off: 'x' } }), {}];
  for (const { fix, message, rule: id } of lintFlags({ flags, nowMs })) {
    expect([message, fix].every((text) => text.length > 5)).toBe(true);
    expect(lintRules).toHaveProperty([id]);
  }
});

it('is no laxer than the server, and never throws', { timeout: 30_000 }, () => {
  const names = fc.constantFrom('on', 'off', 'beta', '');
  const serve = fc.oneof(
    fc.record({ variant: names }),
    fc.record({
      split: fc.array(fc.record({ variant: names, weight: fc.integer({ min: -1, max: 5 }) }), { maxLength: 3 }),
    }),
    fc.jsonValue({ maxDepth: 2 }),
  );
  const mangled = fc
    .record(
      {
        enabled: fc.oneof(fc.boolean(), fc.jsonValue({ maxDepth: 1 })),
        type: fc.constantFrom('boolean', 'string', 'json', 'thing'),
        offVariant: names,
        fallthrough: serve,
        rules: fc.array(fc.record({ id: fc.constantFrom('a', 'b'), when: fc.constant([]), serve }), { maxLength: 3 }),
        rollout: fc.record({
          steps: fc.constant([{ at: '2027-01-01T00:00:00Z', coverage: 1 }]),
          rule: fc.constantFrom('a', 'z'),
        }),
      },
      { requiredKeys: [] },
    )
    .map(aFlag);
  let refused = 0;
  fc.assert(
    fc.property(mangled, (flag) => {
      const isRefused = !FlagDraft.safeParse(flag).success;
      refused += Number(isRefused);
      const errors = lintFlags({ flags: [flag], nowMs }).filter(({ severity }) => severity === 'error');
      if (isRefused) expect(errors.length).toBeGreaterThan(0);
    }),
    { numRuns: 300 },
  );
  expect(refused).toBeGreaterThan(50);
});
