import { describe, expect, it } from 'vitest';
import type { EvaluationContext, Rule, Serve } from '../../src/contract/flags.ts';
import { evaluate, maxPrerequisiteDepth } from '../../src/flags/index.ts';
import { compiled, flagWith, served, whys } from './support.ts';

const half: Serve = { split: [{ variant: 'on', weight: 1 }], coverage: 50 };
const forAda = (serve: Serve): Rule => ({
  id: 'ada',
  when: [{ attribute: 'userId', op: 'in', values: ['ada'] }],
  serve,
});

describe('what an answer says of itself', () => {
  it('a rule decided, fixed variant', () => {
    expect(served(flagWith({ rules: [forAda({ variant: 'on' })] }), { context: { userId: 'ada' } })).toEqual({
      key: 'new-fixer-prompt',
      enabled: true,
      variant: 'on',
      value: true,
      reason: 'TARGETING_MATCH',
      ruleId: 'ada',
      flagVersion: 1,
      metadata: { rolloutPercentage: 100 },
    });
  });

  it.each([
    ['alice', 24115, 'on'],
    ['zoë', 71118, 'off'],
  ])('a rule decided, split: %s', (userId, bucket, variant) => {
    expect(served(flagWith({ rules: [{ id: 'all', when: [], serve: half }] }), { context: { userId } })).toEqual({
      key: 'new-fixer-prompt',
      enabled: variant === 'on',
      variant,
      value: variant === 'on',
      reason: 'SPLIT',
      ruleId: 'all',
      bucket,
      flagVersion: 1,
      metadata: { rolloutPercentage: 50 },
    });
  });

  it('the fallthrough decided, fixed, no rules', () => {
    expect(served(flagWith())).toEqual({
      key: 'new-fixer-prompt',
      enabled: true,
      variant: 'on',
      value: true,
      reason: 'STATIC',
      flagVersion: 1,
      metadata: { rolloutPercentage: 100 },
    });
  });

  it('the fallthrough decided, fixed, with rules', () => {
    expect(served(flagWith({ rules: [forAda({ variant: 'off' })] }))).toMatchObject({
      variant: 'on',
      reason: 'DEFAULT',
    });
  });

  it.each([
    ['alice', 24115, 'on'],
    ['zoë', 71118, 'off'],
  ])('the fallthrough decided, split: %s', (userId, bucket, variant) => {
    expect(served(flagWith({ fallthrough: half, version: 7 }), { context: { userId } })).toEqual({
      key: 'new-fixer-prompt',
      enabled: variant === 'on',
      variant,
      value: variant === 'on',
      reason: 'SPLIT',
      bucket,
      flagVersion: 7,
      metadata: { rolloutPercentage: 50 },
    });
  });

  it('disabled, over every rule', () => {
    const flag = flagWith({ enabled: false, rules: [forAda({ variant: 'on' })] });
    expect(served(flag, { context: { userId: 'ada' } })).toEqual({
      key: 'new-fixer-prompt',
      enabled: false,
      variant: 'off',
      value: false,
      reason: 'DISABLED',
      flagVersion: 1,
      metadata: {},
    });
  });

  it.each([{}, { userId: '' }, { userId: 42 as unknown as string }, { attributes: { userId: true } }])(
    'unit missing or not text in the fallthrough: %j',
    (context) => {
      expect(served(flagWith({ fallthrough: half }), { context })).toEqual({
        key: 'new-fixer-prompt',
        enabled: false,
        variant: 'off',
        value: false,
        reason: 'ERROR',
        errorCode: 'TARGETING_KEY_MISSING',
        flagVersion: 1,
        metadata: {},
      });
    },
  );

  it('nothing at all for an unknown flag', () => {
    for (const key of ['other', 'constructor', '__proto__', '']) {
      expect(evaluate(compiled(flagWith()), key, {}, { nowMs: 0 })).toBeUndefined();
    }
  });

  it('in the order of the contract', () => {
    const split = flagWith({ rules: [{ id: 'all', when: [], serve: half }] });
    const answer = served(split, { context: { userId: 'alice' }, explain: true });
    expect(Object.keys(answer)).toEqual([
      'key',
      'enabled',
      'variant',
      'value',
      'reason',
      'ruleId',
      'bucket',
      'flagVersion',
      'metadata',
      'trace',
      'explanation',
    ]);
    const missing = served(flagWith({ fallthrough: half }), { explain: true });
    expect(Object.keys(missing)).toEqual([
      'key',
      'enabled',
      'variant',
      'value',
      'reason',
      'errorCode',
      'flagVersion',
      'metadata',
      'trace',
      'explanation',
    ]);
  });
});

describe('a flag', () => {
  it('is enabled when the value is truthy and not the off variant', () => {
    const variants = { text: 'x', empty: '', zero: 0, nothing: null, list: [], off: 'also truthy' };
    const enabled = Object.keys(variants).filter(
      (variant) => served(flagWith({ variants, fallthrough: { variant } })).enabled,
    );
    expect(enabled).toEqual(['text', 'list']);
  });

  it('may call a variant by the name of an inherited member', () => {
    const variants = { constructor: 1, off: 0 };
    expect(served(flagWith({ variants, fallthrough: { variant: 'constructor' } }))).toMatchObject({ value: 1 });
  });

  it('takes the first rule whose conditions all hold', () => {
    const rules: Rule[] = [
      {
        id: 'both',
        when: [
          { attribute: 'userId', op: 'in', values: ['ada'] },
          { attribute: 'plan', op: 'in', values: ['pro'] },
        ],
        serve: { variant: 'on' },
      },
      forAda({ variant: 'on' }),
      { id: 'rest', when: [], serve: { variant: 'off' } },
    ];
    const ruleFor = (context: EvaluationContext) => served(flagWith({ rules }), { context }).ruleId;
    expect(ruleFor({ userId: 'ada', attributes: { plan: 'pro' } })).toBe('both');
    expect(ruleFor({ userId: 'ada' })).toBe('ada');
    expect(ruleFor({ userId: 'bob' })).toBe('rest');
  });

  it('skips a rule whose unit is missing or not text', () => {
    const flag = flagWith({
      rules: [{ id: 'by-org', when: [], serve: { ...half, by: 'orgId' } }, forAda({ variant: 'off' })],
    });
    expect(served(flag, { context: { userId: 'ada' } }).ruleId).toBe('ada');
    expect(served(flag, { context: { userId: 'ada', orgId: 'acme' } })).toMatchObject({
      ruleId: 'by-org',
      reason: 'SPLIT',
    });
    const seats = flagWith({ rules: [{ id: 'by-seats', when: [], serve: { ...half, by: 'seats' } }] });
    expect(served(seats, { context: { attributes: { seats: 5 } } })).toMatchObject({
      variant: 'on',
      reason: 'DEFAULT',
    });
  });

  it('splits by targetingKey as by userId', () => {
    const flag = flagWith({ fallthrough: half });
    expect(served(flag, { context: { targetingKey: 'alice' } })).toEqual(
      served(flag, { context: { userId: 'alice' } }),
    );
  });

  it('serves `otherwise` outside the coverage', () => {
    const variants = { on: 1, control: 2, off: 0 };
    const flag = flagWith({ variants, fallthrough: { ...half, otherwise: 'control' } });
    expect(served(flag, { context: { userId: 'zoë' } })).toMatchObject({
      variant: 'control',
      enabled: true,
      reason: 'SPLIT',
    });
  });
});

describe('the schedule', () => {
  const at = (text: string) => Date.parse(text);
  const flag = flagWith({
    enabled: false,
    schedule: [
      { at: '2026-03-03T00:00:00Z', set: { rules: [forAda({ variant: 'on' })], fallthrough: { variant: 'off' } } },
      { at: '2026-03-01T02:00:00+02:00', set: { enabled: true } },
      { at: '2026-03-04T00:00:00Z', set: { enabled: false } },
    ],
  });

  it.each([
    ['2026-02-28T23:59:59.999Z', 'DISABLED', 'off'],
    ['2026-03-01T00:00:00.000Z', 'STATIC', 'on'],
    ['2026-03-02T23:59:59.999Z', 'STATIC', 'on'],
    ['2026-03-03T00:00:00.000Z', 'TARGETING_MATCH', 'on'],
    ['2026-03-04T00:00:00.000Z', 'DISABLED', 'off'],
  ])('applies in order of time and adds up: %s', (now, reason, variant) => {
    expect(served(flag, { context: { userId: 'ada' }, nowMs: at(now) })).toMatchObject({ reason, variant });
  });

  it('says when the schedule disabled a flag', () => {
    expect(whys(served(flag, { nowMs: at('2026-03-05T00:00:00Z'), explain: true }))).toEqual([
      'the flag is disabled by the changes scheduled up to 2026-03-04T00:00:00Z',
    ]);
  });

  it('applies the later in the list of two changes at the same time last', () => {
    const same = '2026-03-01T00:00:00Z';
    const schedule = [
      { at: same, set: { fallthrough: { variant: 'on' } } },
      { at: same, set: { fallthrough: { variant: 'off' } } },
    ];
    expect(served(flagWith({ schedule }), { nowMs: at(same) }).variant).toBe('off');
  });
});

describe('prerequisites', () => {
  const needing = (...prerequisites: { flag: string; variants: string[] }[]) => flagWith({ prerequisites });
  const base = (parts = {}) => flagWith({ key: 'base', ...parts });

  it('let the rules decide when all are met', () => {
    const flag = needing({ flag: 'base', variants: ['beta', 'on'] });
    const answer = served(flag, { others: [base()], explain: true });
    expect(answer).toMatchObject({ variant: 'on', reason: 'STATIC' });
    expect(answer.trace?.[0]).toEqual({
      step: 'prerequisite',
      id: 'base',
      outcome: 'passed',
      why: '"base" serves "on"',
    });
  });

  it('are judged with the same context', () => {
    const others = [base({ rules: [forAda({ variant: 'on' })], fallthrough: { variant: 'off' } })];
    const flag = needing({ flag: 'base', variants: ['on'] });
    expect(served(flag, { others, context: { userId: 'ada' } }).variant).toBe('on');
    expect(served(flag, { others, context: { userId: 'bob' } })).toMatchObject({
      variant: 'off',
      reason: 'DISABLED',
      metadata: {},
    });
  });

  it.each([
    ['serves another variant', [base({ fallthrough: { variant: 'off' } })], '"base" serves "off", wanted "on"'],
    ['is disabled', [base({ enabled: false })], '"base" serves "off", wanted "on"'],
    ['is unknown', [], 'no flag called "base"'],
    ['cannot be read', [base({ fallthrough: { variant: 'gone' } })], '"base" cannot be read'],
    [
      'runs in a circle',
      [base({ prerequisites: [{ flag: 'new-fixer-prompt', variants: ['off', 'on'] }] })],
      'the prerequisites of "base" run in a circle or too deep',
    ],
  ])('switch the flag off when one %s', (_, others, why) => {
    const answer = served(needing({ flag: 'base', variants: ['on'] }), { others, explain: true });
    expect(answer).toMatchObject({ variant: 'off', reason: 'DISABLED', metadata: {} });
    expect(answer.trace).toEqual([{ step: 'prerequisite', id: 'base', outcome: 'decided', why }]);
  });

  it('that run in a circle are not met, whatever they ask for', () => {
    const others = [base({ prerequisites: [{ flag: 'new-fixer-prompt', variants: ['off', 'on'] }] })];
    expect(served(needing({ flag: 'base', variants: ['on', 'off'] }), { others }).reason).toBe('DISABLED');
    expect(served(needing({ flag: 'new-fixer-prompt', variants: ['on', 'off'] })).reason).toBe('DISABLED');
  });

  it('are met while no more than 64 flags follow below one, and not beyond', () => {
    const chain = Array.from({ length: 67 }, (_, i) =>
      flagWith({ key: `c${i}`, ...(i > 0 && { prerequisites: [{ flag: `c${i - 1}`, variants: ['on'] }] }) }),
    );
    const ruleset = compiled(...chain);
    expect(evaluate(ruleset, `c${maxPrerequisiteDepth + 1}`, {}, { nowMs: 0 })?.reason).toBe('STATIC');
    expect(evaluate(ruleset, `c${maxPrerequisiteDepth + 2}`, {}, { nowMs: 0 })?.reason).toBe('DISABLED');
  });

  it('end, however deep or wide they are', () => {
    const chain = Array.from({ length: 20_000 }, (_, i) =>
      flagWith({ key: `c${i}`, prerequisites: [{ flag: `c${i + 1}`, variants: ['on'] }] }),
    );
    const deep = compiled(...chain, flagWith({ key: 'c20000' }));
    expect(evaluate(deep, 'c0', {}, { nowMs: 0 })?.reason).toBe('DISABLED');
    expect(evaluate(deep, 'c19990', {}, { nowMs: 0 })?.reason).toBe('STATIC');

    const layers = Array.from({ length: 60 }, (_, i) =>
      ['a', 'b'].map((side) =>
        flagWith({
          key: `${side}${i}`,
          prerequisites: ['a', 'b'].map((next) => ({ flag: `${next}${i + 1}`, variants: ['on'] })),
        }),
      ),
    ).flat();
    const wide = compiled(...layers, flagWith({ key: 'a60' }), flagWith({ key: 'b60' }));
    expect(evaluate(wide, 'a0', {}, { nowMs: 0 })?.reason).toBe('STATIC');
  });
});

describe('the trace', () => {
  const explained = (flag: { key: string }, context: EvaluationContext) => served(flag, { context, explain: true });

  it('is absent unless asked for', () => expect(served(flagWith())).not.toHaveProperty('trace'));

  it('names the condition that failed, the buckets and the borders', () => {
    const fallthrough: Serve = {
      split: [
        { variant: 'on', weight: 50 },
        { variant: 'off', weight: 50 },
      ],
      coverage: 25,
    };
    expect(explained(flagWith({ rules: [forAda({ variant: 'on' })], fallthrough }), { userId: 'bob' }).trace).toEqual([
      { step: 'rule', id: 'ada', outcome: 'skipped', why: 'when[0]: userId "bob" is not in 1 value' },
      {
        step: 'fallthrough',
        outcome: 'decided',
        why: 'by userId "bob": bucket 49149 is inside on 0…50000 of which 25 % is covered (0…12500): outside, so "off"',
      },
    ]);
  });

  it('says of a rule that decided what it serves', () => {
    const rules: Rule[] = [{ id: 'all', when: [], serve: half }];
    expect(whys(explained(flagWith({ rules }), { userId: 'alice' }))).toEqual([
      'no conditions; by userId "alice": bucket 24115 is inside on 0…100000 of which 50 % is covered (0…50000): inside',
    ]);
    expect(whys(explained(flagWith({ rules: [forAda({ variant: 'on' })] }), { userId: 'ada' }))).toEqual([
      'its condition holds; serves "on"',
    ]);
  });

  it('says when a unit is missing or not text', () => {
    const flag = flagWith({ rules: [{ id: 'seats', when: [], serve: { ...half, by: 'seats' } }], fallthrough: half });
    expect(explained(flag, { attributes: { seats: 5 } }).trace).toEqual([
      { step: 'rule', id: 'seats', outcome: 'skipped', why: 'no conditions; by seats: 5 is not text' },
      { step: 'fallthrough', outcome: 'decided', why: 'by userId: it is missing' },
    ]);
  });

  const long = 'x'.repeat(100);
  it.each<[Rule['when'][number], unknown, string]>([
    [{ attribute: 'x', op: 'in', values: ['a', 'b'] }, undefined, 'x is missing'],
    [{ attribute: 'x', op: 'in', values: ['a', 'b'], negate: true }, 'a', 'x "a" is in 2 values (negated)'],
    [{ attribute: 'x', op: 'in', values: ['a'] }, {}, 'x of type object is not text, a number or a boolean'],
    [{ attribute: 'x', op: 'in', values: ['a'] }, ['b', 'c'], 'x [2 values] is not in 1 value'],
    [{ attribute: 'x', op: 'in', values: ['a'] }, long, `x "${'x'.repeat(79)}…" is not in 1 value`],
    [{ attribute: 'x', op: 'startsWith', values: ['a', 'b'] }, 'c', 'x "c" does not start with any of 2 values'],
    [{ attribute: 'x', op: 'matches', values: ['^a'], negate: true }, 'a', 'x "a" does match "^a" (negated)'],
    [{ attribute: 'x', op: 'gt', values: [5] }, 3, 'x 3 is not above 5'],
    [{ attribute: 'x', op: 'gt', values: [5] }, 'many', 'x "many" is not a number'],
    [{ attribute: 'x', op: 'before', values: [5] }, 'soon', 'x "soon" is not a time'],
    [{ attribute: 'x', op: 'semverGte', values: ['2'] }, '1.9', 'x "1.9" is not at least version "2"'],
    [{ attribute: 'x', op: 'semverGte', values: ['2'] }, 'v1', 'x "v1" is not a version'],
    [{ attribute: 'x', op: 'exists', values: [] }, undefined, 'x is missing'],
    [{ attribute: 'x', op: 'exists', values: [], negate: true }, 1, 'x is there'],
    [{ attribute: 'x', op: 'segment', values: ['beta'] }, 'a', 'no segment is called "beta"'],
  ])('says why a condition failed: %j for %j', (condition, x, why) => {
    const flag = flagWith({ rules: [{ id: 'r', when: [condition], serve: { variant: 'on' } }] });
    expect(whys(explained(flag, { attributes: { x } }))[0]).toBe(`when[0]: ${why}`);
  });
});
