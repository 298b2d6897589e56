import { operators } from '@whetstone/shared/contract';
import { describe, expect, it } from 'vitest';
import {
  changeSentence,
  conditionSentence,
  overrideSentence,
  plain,
  ruleSentence,
  serveSentence,
} from '../../src/flag/model/sentences.ts';

const split = (parts: object) => ({ split: [{ variant: 'new-fixer', weight: 100 }], ...parts });

describe('a rule as a sentence', () => {
  it('says whom it serves what', () => {
    const rule = {
      id: 'r',
      when: [{ attribute: 'repoId', op: 'in' as const, values: ['acme/api', 'acme/web'] }],
      serve: split({ coverage: 25, by: 'userId' }),
    };
    expect(plain(ruleSentence(rule, 'off'))).toBe(
      'if repoId is one of acme/api, acme/web, serve new-fixer to 25 % by userId, everyone else off',
    );
  });

  it('joins conditions by "and", and says "always" without any', () => {
    const when = [
      { attribute: 'repoId', op: 'in' as const, values: ['acme/api'] },
      { attribute: 'version', op: 'semverGte' as const, values: ['1.2'], negate: true },
    ];
    expect(plain(ruleSentence({ id: 'r', when, serve: { variant: 'on' } }, 'off'))).toBe(
      'if repoId is acme/api and version is not at least version 1.2, serve on',
    );
    expect(plain(ruleSentence({ id: 'r', when: [], serve: { variant: 'on' } }, 'off'))).toBe('always serve on');
  });

  it('has words for every operator, plain and negated, that differ', () => {
    const sentences = operators.flatMap((op) =>
      [false, true].map((negate) =>
        plain(conditionSentence({ attribute: 'a', op, values: op === 'exists' ? [] : ['1', '2'], negate })),
      ),
    );
    expect(new Set(sentences).size).toBe(2 * operators.length);
    expect(sentences.filter((sentence) => /undefined|null/.test(sentence))).toEqual([]);
  });

  it('shows some of many values and counts the rest', () => {
    const values = ['a', 'b', 'c', 'd', 'e', 'f'];
    expect(plain(conditionSentence({ attribute: 'userId', op: 'in', values }))).toBe(
      'userId is one of a, b, c, d and 2 more',
    );
    expect(plain(conditionSentence({ attribute: 'userId', op: 'in', values: values.slice(1) }))).toBe(
      'userId is one of b, c, d, e, f',
    );
  });

  it('makes empty and blank values visible', () => {
    expect(plain(conditionSentence({ attribute: 'x', op: 'in', values: ['', ' a'] }))).toBe('x is one of "", " a"');
  });

  it('turns weights into shares, and says what is special about a split', () => {
    const shares = [
      { variant: 'a', weight: 2 },
      { variant: 'b', weight: 1 },
      { variant: 'c', weight: 0 },
    ];
    expect(
      plain(serveSentence({ split: shares, coverage: 60, sticky: 'taskId', hash: 'flagd', otherwise: 'b' }, 'off')),
    ).toBe(
      'serve a 66.667 %, b 33.333 % of 60 % by userId, everyone else b, kept for each taskId, bucketed as flagd does',
    );
    expect(plain(serveSentence(split({}), 'off'))).toBe('serve new-fixer to 100 % by userId');
  });

  it('says what a scheduled change and an override do', () => {
    expect(plain(changeSentence({ set: { enabled: true, rules: [], fallthrough: { variant: 'on' } } }, 'off'))).toBe(
      'turn on; drop all rules; by default serve on',
    );
    expect(
      plain(
        overrideSentence({ attribute: 'userId', values: ['alice'], variant: 'on', expiresAt: '2026-03-01T00:00:00Z' }),
      ),
    ).toBe('userId alice gets on until 2026-03-01T00:00:00Z');
  });
});
