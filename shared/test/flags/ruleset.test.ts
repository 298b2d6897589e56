import { describe, expect, it } from 'vitest';
import { Flag } from '../../src/contract/flags.ts';
import { Segment } from '../../src/contract/segment.ts';
import { compileRuleset, evaluate } from '../../src/flags/index.ts';
import { compiled, flagWith } from './support.ts';

const rule = (condition: unknown) => ({ id: 'r', when: [condition], serve: { variant: 'on' } });

describe('a ruleset', () => {
  it.each([
    undefined,
    null,
    5,
    'x',
    [],
    {},
    { revision: 1 },
    { flags: [] },
    { revision: '1', flags: [] },
    { revision: 1, flags: {} },
  ])('is not %j', (document) => expect(compileRuleset(document)).toBeUndefined());

  it('knows every member that a flag or a segment of this version may have', () => {
    const allOf = (names: object) => Object.fromEntries(Object.keys(names).map((name) => [name, undefined]));
    const segment = { ...allOf(Segment.shape), key: 'beta', version: 1, createdAt: '', updatedAt: '' };
    const asking = flagWith({
      rules: [rule({ attribute: 'userId', op: 'segment', values: ['beta'] })] as Flag['rules'],
    });
    const flags = [{ ...allOf(Flag.shape), ...asking }];
    expect(compileRuleset({ revision: 1, flags, segments: [segment] })?.unreadable).toEqual(new Map());
  });

  it('ignores members it does not know beside flags and segments', () => {
    const ruleset = compileRuleset({ revision: 3, flags: [flagWith()], segments: [], more: true });
    expect(ruleset).toMatchObject({ revision: 3, unreadable: new Map() });
    expect(ruleset?.flags.get('new-fixer-prompt')?.kind).toBe('readable');
  });

  it.each<[string, object, string]>([
    [
      'an operator of a newer server',
      { rules: [rule({ attribute: 'x', op: 'near', values: ['a'] })] },
      'op: expected an operator that this version knows, not "near"',
    ],
    [
      'an inherited name as operator',
      { rules: [rule({ attribute: 'x', op: 'constructor', values: [] })] },
      'op: expected an operator that this version knows, not "constructor"',
    ],
    [
      'a condition that means more',
      { rules: [rule({ attribute: 'x', op: 'in', values: ['a'], fold: true })] },
      'fold: expected nothing that this version does not know',
    ],
    [
      'a split by another hash',
      { fallthrough: { split: [{ variant: 'on', weight: 1 }], hash: 'sha1' } },
      'hash: expected one that this version knows, not "sha1"',
    ],
    ['a member of a newer server', { holdout: 5 }, 'holdout: expected nothing that this version does not know'],
    [
      'a rule that means more',
      { rules: [{ ...rule({ attribute: 'x', op: 'exists' }), until: '2027-01-01T00:00:00Z' }] },
      'until: expected nothing that this version does not know',
    ],
    [
      'an override that means more',
      { overrides: [{ values: ['ada'], variant: 'on', share: 5 }] },
      'share: expected nothing that this version does not know',
    ],
    [
      'an override until a time it cannot read',
      { overrides: [{ values: ['ada'], variant: 'on', expiresAt: 'soon' }] },
      'expiresAt: expected an ISO-8601 instant',
    ],
    [
      'a rollout gated by what it does not know',
      { rollout: { steps: [{ at: '2026-03-01T00:00:00Z', coverage: 5, gate: { dataset: 'starter', mood: 'good' } }] } },
      'mood: expected nothing that this version does not know',
    ],
    [
      'a variant that is not of the declared type',
      { type: 'boolean', variants: { on: 1, off: false } },
      'on: expected a boolean, as the type says',
    ],
    [
      'a value it cannot read',
      { rules: [rule({ attribute: 'x', op: 'gt', values: ['six'] })] },
      'values.0: nothing to compare with: "six"',
    ],
    [
      'a pattern it cannot read',
      { rules: [rule({ attribute: 'x', op: 'matches', values: ['('] })] },
      'values: Unterminated group',
    ],
    [
      'values that are objects',
      { rules: [rule({ attribute: 'x', op: 'in', values: [{}] })] },
      'values: expected a list of texts, numbers and booleans',
    ],
    ['a variant that is not there', { fallthrough: { variant: 'gone' } }, 'variant: expected the name of a variant'],
    [
      'an inherited name as variant',
      { fallthrough: { variant: 'constructor' } },
      'variant: expected the name of a variant',
    ],
    [
      'coverage past 100',
      { fallthrough: { split: [{ variant: 'on', weight: 1 }], coverage: 101 } },
      'coverage: expected 0 to 100',
    ],
    ['no fallthrough', { fallthrough: undefined }, 'fallthrough: expected an object'],
    ['rules that are no list', { rules: 'all' }, 'rules: expected a list of objects'],
    ['enabled that is text', { enabled: 'true' }, 'enabled: expected true or false'],
    ['a change at no time', { schedule: [{ at: 'soon', set: { enabled: true } }] }, 'at: expected an ISO-8601 instant'],
    [
      'a change of what it does not know',
      { schedule: [{ at: '2026-03-01T00:00:00Z', set: { salt: 'x' } }] },
      'salt: expected nothing that this version does not know',
    ],
    ['a salt that is no text', { salt: 5 }, 'salt: expected text'],
    ['no version', { version: undefined }, 'version: expected an integer'],
  ])('switches off only the flag with %s', (_, parts, why) => {
    const ruleset = compiled({ ...flagWith(), ...parts }, flagWith({ key: 'other' }));
    expect(ruleset.unreadable).toEqual(new Map([['new-fixer-prompt', why]]));
    expect(evaluate(ruleset, 'other', {}, { nowMs: 0 })).toMatchObject({ reason: 'STATIC', enabled: true });
    expect(evaluate(ruleset, 'new-fixer-prompt', {}, { nowMs: 0, explain: true })).toEqual({
      key: 'new-fixer-prompt',
      enabled: false,
      variant: 'off',
      value: false,
      reason: 'ERROR',
      errorCode: 'PARSE_ERROR',
      flagVersion: 'version' in parts ? 0 : 1,
      metadata: {},
      trace: [{ step: 'fallthrough', outcome: 'decided', why: `the flag cannot be read: ${why}` }],
      explanation: { wouldChange: [] },
    });
  });

  it.each([
    [{ ...flagWith(), offVariant: 'gone' }, 'new-fixer-prompt', 'offVariant: expected the name of a variant'],
    [{ ...flagWith(), variants: [] }, 'new-fixer-prompt', 'variants: expected an object'],
    [{ key: 'new-fixer-prompt' }, 'new-fixer-prompt', 'offVariant: expected text'],
    [{ ...flagWith(), key: 5 }, 'flags[0]', 'key: expected text'],
    [null, 'flags[0]', 'key: expected text'],
    ['new-fixer-prompt', 'flags[0]', 'key: expected text'],
  ])('does not know a flag whose off variant it cannot read: %j', (flag, name, why) => {
    const ruleset = compiled(flag);
    expect(ruleset.flags.size).toBe(0);
    expect(ruleset.unreadable).toEqual(new Map([[name, why]]));
    expect(evaluate(ruleset, 'new-fixer-prompt', {}, { nowMs: 0 })).toBeUndefined();
  });

  it('compiles again only what changed', () => {
    const flags = [
      flagWith(),
      flagWith({ key: 'changed' }),
      flagWith({ key: 'made-anew' }),
      { ...flagWith({ key: 'bad' }), enabled: 1 },
    ];
    const before = compiled(...flags);
    const after = compileRuleset(
      {
        revision: 2,
        flags: [
          flagWith(),
          flagWith({ key: 'changed', version: 2, fallthrough: { variant: 'off' } }),
          flagWith({ key: 'made-anew', createdAt: '2026-02-01T00:00:00.000Z' }),
          flagWith({ key: 'bad' }),
        ],
      },
      before,
    );
    expect(after?.flags.get('new-fixer-prompt')).toBe(before.flags.get('new-fixer-prompt'));
    for (const key of ['changed', 'made-anew', 'bad']) expect(after?.flags.get(key)).not.toBe(before.flags.get(key));
    expect(after && evaluate(after, 'changed', {}, { nowMs: 0 })).toMatchObject({ variant: 'off', flagVersion: 2 });
    expect(after?.unreadable.size).toBe(0);
  });

  it('forgets the flags that are gone', () => {
    const after = compileRuleset({ revision: 2, flags: [] }, compiled(flagWith()));
    expect(after?.flags.size).toBe(0);
  });
});
