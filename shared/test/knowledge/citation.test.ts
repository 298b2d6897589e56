import { describe, expect, test } from 'vitest';
import { checkQuote, citationIdOf, findQuote, markedQuotes } from '../../src/knowledge/index.ts';

const passage = [
  'By default, `reply.send()` **must not** be called twice; the [limit](https://example.org/limits) is 1,048,576 bytes.',
  'Wrap it in `<Profiler>` to measure. The `bodyLimit` option takes',
  'a number, and every route may have its own.',
].join('\n');
const verdict = (quote: string) => checkQuote(quote, passage, 10);

describe('a quote is faithful', () => {
  test.each([
    ['as it stands', 'the [limit](https://example.org/limits) is 1,048,576 bytes'],
    ['without its Markdown', 'reply.send() must not be called twice; the limit is 1048576 bytes'],
    ['wrapped elsewhere', 'The bodyLimit option\ntakes a number, and\nevery route may have its own'],
    ['with parts left out and said to be', 'By default … must not be called twice […] every route may have its own'],
    ['without articles', 'bodyLimit option takes number'],
    ['with a tag that was code', 'Wrap it in <Profiler> to measure'],
  ])('%s', (_, quote) => {
    expect(verdict(quote)).toMatchObject({ kind: 'found' });
  });

  test('and the lines are told where it stands', () => {
    expect(verdict('bodyLimit option takes a number')).toEqual({ kind: 'found', firstLine: 11, lastLine: 12 });
  });
});

describe('a quote from code', () => {
  const code = 'Retry only if `status >= 500 && !isFatal`; the offset is -1, the share 10%. The default limit is `5`.';

  test.each([
    ['status >= 500 && !isFatal', 'found'],
    ['status ≥ 500 && !isFatal', 'found'],
    ['status <= 500 && !isFatal', 'altered'],
    ['status >= 500 || !isFatal', 'altered'],
    ['the offset is 1', 'altered'],
    ['the share 10. The default limit', 'altered'],
    ['the share 10 %', 'found'],
    ['the share 10%', 'found'],
  ])('%s is %s', (quote, kind) => {
    expect(checkQuote(quote, code).kind).toBe(kind);
  });

  test.each([
    ['Give the `request` a `Reply` back', 'found'],
    ['give the request a Reply back', 'found'],
    ['Give the `Request` a `Reply` back', 'altered'],
    ['Give the Request a Reply back', 'altered'],
    ['Give the request a reply back', 'altered'],
    ['Give The `request` a `Reply` Back', 'found'],
  ])('has its capitals where it is a name: %s is %s', (quote, kind) => {
    expect(checkQuote(quote, 'Give the `request` a `Reply` back.').kind).toBe(kind);
  });

  test.each([
    ['send Content-Type and ‘use client’', 'found'],
    ['send content-type and ‘use client’', 'altered'],
    ['send Content-Type and ‘Use client’', 'altered'],
  ])('has them where it has signs as well: %s is %s', (quote, kind) => {
    expect(checkQuote(quote, "Always send `Content-Type` and `'use client'`.").kind).toBe(kind);
  });

  test('does not lose the word behind its first article', () => {
    expect(checkQuote('The limit is 5', code).kind).toBe('altered');
    expect(checkQuote('A default limit is 5', code).kind).toBe('found');
  });
});

test('an ellipsis does not hide a negation', () => {
  const said = 'Cookies are not under any circumstances sent to another site.';
  expect(checkQuote('Cookies are … sent to another site', said).kind).toBe('altered');
  expect(checkQuote('Cookies are not … sent to another site', said).kind).toBe('found');
});

test('a quote is found in a long text, and what is merely like it is not', () => {
  const text = `${'Something else stands here.\n'.repeat(5_000)}Every route may have its own limit.\n`;
  expect(findQuote('route may have its own', text)).toEqual({ firstLine: 5_001, lastLine: 5_001 });
  expect(findQuote('route may have its', text.replace('own', 'one'))).toBeDefined();
  expect(findQuote('route may never have its own', text)).toBeUndefined();
});

test('a quote of ten thousand words is compared with a page without taking its time for all of it', () => {
  const words = Array.from({ length: 10_000 }, (_, at) => `word${at}`).join(' ');
  expect(checkQuote(words, words.replaceAll('7', '8'))).toEqual({ kind: 'absent' });
});

describe('marks of citations', () => {
  test.each([
    ['a quotation', 'It says “the limit is 5” [ws:a1].', [['a1', 'the limit is 5']]],
    ['a sentence', 'First this. Then the limit is 5 [ws:a1]. More.', [['a1', 'Then the limit is 5']]],
    ['quoted lines', 'So:\n\n> the limit\n> is 5\n\n[ws:a1]', [['a1', 'the limit\nis 5']]],
    ['an item of a list', '- other\n- the limit is 5. [ws:a1]', [['a1', 'the limit is 5.']]],
    [
      'two for one',
      'The limit is 5 [ws:a1][ws:b2, ws:c3].',
      [
        ['a1', 'The limit is 5'],
        ['b2', 'The limit is 5'],
        ['c3', 'The limit is 5'],
      ],
    ],
    ['none', 'Nothing, and [ws:] and [1].', []],
    ['a mark alone', '[ws:a1]', []],
  ])('of %s', (_, text, expected) => {
    expect(markedQuotes(text).map(({ citationId, quote }) => [citationId, quote])).toEqual(expected);
  });
});

describe('a quote is altered', () => {
  test.each([
    ['negation', 'reply.send() must be called twice', { was: 'not', is: '' }],
    ['number', 'the limit is 1,048,577 bytes', { was: '1,048,576', is: '1,048,577' }],
    ['identifier', 'The bodySize option takes a number', { was: 'bodyLimit', is: 'bodySize' }],
    ['words', 'every route shall have its own', { was: 'may', is: 'shall' }],
    ['words', 'and every route may have its family', { was: 'own', is: 'family' }],
    ['words', 'every path may have its own', { was: 'route', is: 'path' }],
  ])('by a %s: %s', (kind, quote, change) => {
    expect(verdict(quote)).toMatchObject({
      kind: 'altered',
      changes: [{ kind: change.is === 'shall' ? 'negation' : kind, ...change }],
    });
  });

  test('when a word is left out without saying so', () => {
    expect(verdict('every route may have own')).toMatchObject({ kind: 'altered' });
  });

  test('when its parts stand in another order', () => {
    expect(verdict('every route may have its own … By default')).toMatchObject({ kind: 'altered' });
  });
});

test('a sentence that is nowhere is absent', () => {
  expect(verdict('Plugins are loaded in the order in which they are registered.')).toEqual({ kind: 'absent' });
});

test('the same passage has the same id, another line or version another one', () => {
  const cited = { library: 'a', version: '1.0.0', path: 'b.md', startLine: 1, endLine: 2, contentHash: 'c' };
  const plain = (text: string) => Buffer.from(text).toString('hex').padEnd(64, '0').split('').toReversed().join('');
  const id = citationIdOf(cited, plain);
  expect(citationIdOf({ ...cited }, plain)).toBe(id);
  expect(id).toHaveLength(20);
});
