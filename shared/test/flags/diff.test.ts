import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diffOf } from '../../src/flags/index.ts';
import { applyDiff } from './apply-diff.ts';
import { definition } from './arbitrary-flags.ts';

const rule = (id: string, variant = 'on') => ({ id, when: [], serve: { variant } });

describe('a diff', () => {
  it('names what changed by JSON pointer, with what was and what is', () => {
    const before = { enabled: true, tags: ['a'], fallthrough: { variant: 'off' }, owner: 'ann' };
    const after = { enabled: false, tags: ['a'], fallthrough: { variant: 'on' }, expiresAt: '2026-03-01T00:00:00Z' };
    expect(diffOf(before, after)).toEqual([
      { path: '/enabled', before: true, after: false },
      { path: '/fallthrough/variant', before: 'off', after: 'on' },
      { path: '/owner', before: 'ann' },
      { path: '/expiresAt', after: '2026-03-01T00:00:00Z' },
    ]);
  });

  it('tells null from what is not there', () => {
    expect(diffOf({ value: null }, {})).toEqual([{ path: '/value', before: null }]);
    expect(diffOf({}, { value: null })).toEqual([{ path: '/value', after: null }]);
    expect(diffOf({ value: undefined }, {})).toEqual([]);
  });

  it('is one addition when a rule is put in front, not a change of all that follow', () => {
    const changes = diffOf({ rules: [rule('a'), rule('b')] }, { rules: [rule('new'), rule('a'), rule('b')] });
    expect(changes).toEqual([
      { path: '/rules/new', after: rule('new') },
      { path: '/rules/#order', before: ['a', 'b'], after: ['new', 'a', 'b'] },
    ]);
  });

  it('follows a rule that was moved and changed at once, by its id', () => {
    const changes = diffOf({ rules: [rule('a'), rule('b'), rule('c')] }, { rules: [rule('c', 'off'), rule('a')] });
    expect(changes).toEqual([
      { path: '/rules/b', before: rule('b') },
      { path: '/rules/c/serve/variant', before: 'on', after: 'off' },
      { path: '/rules/#order', before: ['a', 'b', 'c'], after: ['c', 'a'] },
    ]);
  });

  it('says nothing of an order that follows from what came and went', () => {
    expect(diffOf({ rules: [rule('a'), rule('b')] }, { rules: [rule('b'), rule('c')] })).toEqual([
      { path: '/rules/a', before: rule('a') },
      { path: '/rules/c', after: rule('c') },
    ]);
  });

  it('goes into lists without ids where both are of one length, and takes them whole where not', () => {
    const split = (...weights: number[]) => ({ split: weights.map((weight) => ({ variant: 'on', weight })) });
    expect(diffOf(split(1, 2), split(1, 3))).toEqual([{ path: '/split/1/weight', before: 2, after: 3 }]);
    expect(diffOf(split(1), split(1, 3))).toEqual([
      { path: '/split', before: split(1).split, after: split(1, 3).split },
    ]);
  });

  it('escapes names that look like pointers', () => {
    expect(diffOf({ 'a/b~c': 1 }, { 'a/b~c': 2 })).toEqual([{ path: '/a~1b~0c', before: 1, after: 2 }]);
  });

  it('applied to what was gives what is, for any two flags', () => {
    fc.assert(
      fc.property(definition, definition, (before, after) => {
        expect(applyDiff(before, diffOf(before, after))).toEqual(after);
        expect(diffOf(before, structuredClone(before))).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });

  it('applied to what was gives what is, for any two JSON values', () => {
    const identified = fc.uniqueArray(fc.record({ id: fc.constantFrom('a', 'b', '#order', '0'), x: fc.jsonValue() }), {
      selector: ({ id }) => id,
      maxLength: 4,
    });
    const list = fc.array(fc.oneof(fc.record({ id: fc.constantFrom('a', 1, null) }), fc.jsonValue()), { maxLength: 3 });
    const { value } = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 3 },
        fc.jsonValue(),
        identified,
        list,
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(fc.constantFrom('a', 'id', '__proto__', '~1', '', '0'), tie('value'), { maxKeys: 4 }),
      ),
    }));
    fc.assert(
      fc.property(value, value, (before, after) => {
        expect(applyDiff(before, diffOf(before, after))).toEqual(after);
      }),
      { numRuns: 2_000 },
    );
  });
});
