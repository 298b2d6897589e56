import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FlagDocument } from '../../src/flag/model/document.ts';
import { documentOf } from '../../src/flag/model/document.ts';
import { mergeOf } from '../../src/flag/model/merge.ts';
import { flagWith } from './support.ts';

const rule = (id: string, variant = 'on') => ({ id, when: [], serve: { variant } });
const document = (parts: Partial<FlagDocument> = {}) => documentOf(flagWith(parts));
const ids = ({ rules }: FlagDocument) => rules.map(({ id }) => id);

describe('two versions from one', () => {
  it('puts my change beside theirs when they are about different things', () => {
    const base = document({ rules: [rule('a'), rule('b')] });
    const mine = document({ rules: [rule('a', 'off'), rule('b')] });
    const theirs = document({ rules: [rule('a'), rule('b')], enabled: false, description: 'theirs' });
    const { rows, rebased } = mergeOf(base, mine, theirs);
    expect(rows.map(({ place, by }) => `${place}: ${by}`).sort()).toEqual([
      'description: theirs',
      'enabled: theirs',
      'rules/a: mine',
    ]);
    expect(rebased).toEqual({ ...theirs, rules: [rule('a', 'off'), rule('b')] });
  });

  it('names a clash, and keeps mine in it', () => {
    const { rows, rebased } = mergeOf(document(), document({ owner: 'me' }), document({ owner: 'them' }));
    expect(rows).toEqual([{ place: 'owner', base: undefined, mine: 'me', theirs: 'them', by: 'clash' }]);
    expect(rebased.owner).toBe('me');
  });

  it('puts rules that either added where they stood', () => {
    const base = document({ rules: [rule('a'), rule('b')] });
    const mine = document({ rules: [rule('a'), rule('mine'), rule('b')] });
    const theirs = document({ rules: [rule('theirs'), rule('a'), rule('b')] });
    expect(ids(mergeOf(base, mine, theirs).rebased)).toEqual(['theirs', 'a', 'mine', 'b']);
  });

  it('keeps my order when I alone put rules in another, and drops what they removed', () => {
    const base = document({ rules: [rule('a'), rule('b'), rule('c')] });
    const mine = document({ rules: [rule('b'), rule('a'), rule('c')] });
    const theirs = document({ rules: [rule('a'), rule('b')] });
    expect(ids(mergeOf(base, mine, theirs).rebased)).toEqual(['b', 'a']);
  });

  it('is mine when they changed nothing, and theirs when I did', () => {
    const rules = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e')).map((list) => list.map((id) => rule(id)));
    const any = fc
      .record({ rules, enabled: fc.boolean(), salt: fc.constantFrom('x', 'y') })
      .map((parts) => document(parts));
    fc.assert(
      fc.property(any, any, (base, other) => {
        expect(mergeOf(base, other, base).rebased).toEqual(other);
        expect(mergeOf(base, base, other).rebased).toEqual(other);
        expect(mergeOf(base, other, other).rows.every(({ by }) => by === 'both')).toBe(true);
      }),
    );
  });
});
