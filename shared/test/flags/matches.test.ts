import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { search } from '../../src/flags/matches.ts';
import { conditionComplaint } from '../../src/flags/index.ts';
import { compilePattern, patternStates } from '../../src/flags/pattern.ts';

const patternComplaint = (pattern: string) =>
  conditionComplaint({ attribute: 'x', op: 'matches', values: [pattern] })?.message;

const isFound = (pattern: string, text: string) => search(compilePattern(pattern), text).found;

describe('patterns', () => {
  it.each([
    ['release', 'a release/1', true],
    ['^release$', 'a release', false],
    ['^(?:main|release/.+)$', 'release/2', true],
    ['^(?:main|release/.+)$', 'mainly', false],
    ['a.c', 'a\nc', false],
    ['^.$', '😀', true],
    ['[^😀]', '😀', false],
    ['\\d{2,3}$', 'v7', false],
    ['\\d{2,3}$', 'v17', true],
    ['^\\d{2,3}$', '1234', false],
    ['^a{2,}$', 'aaaa', true],
    ['^a{3}$', 'aa', false],
    ['^[a-z0-9._-]+@acme\\.com$', 'zoe.b@acme.com', true],
    ['^[a-z0-9._-]+@acme\\.com$', 'zoe@acmexcom', false],
    ['^\\s\\S\\w\\W\\D$', '\u00a0x_-x', true],
    ['', 'anything', true],
    ['^$', '', true],
    ['a|', '', true],
    ['[]', 'a', false],
    ['[^]', '\n', true],
    ['^(a??)*?b+?$', 'aab', true],
    ['[\\]\\\\]', ']', true],
  ])('%j in %j: %s', (pattern, text, expected) => {
    expect(new RegExp(pattern, 'u').test(text)).toBe(expected);
    expect(isFound(pattern, text)).toBe(expected);
  });

  it.each([
    ['(a)\\1', 'the escape "\\1" is not taken'],
    ['\\bfix', 'the escape "\\b" is not taken'],
    ['fix\\B', 'the escape "\\B" is not taken'],
    ['\\p{L}', 'the escape "\\p" is not taken'],
    ['(?=a)', 'lookaround, named groups and flags "(?…" are not taken'],
    ['(?!a)', 'lookaround, named groups and flags "(?…" are not taken'],
    ['(?<=a)b', 'lookaround, named groups and flags "(?…" are not taken'],
    ['(?<year>\\d)', 'lookaround, named groups and flags "(?…" are not taken'],
    ['[a-z]{2001}', 'the pattern is too large, more than 2000 states'],
    ['((a{100}){100}){100}', 'the pattern is too large, more than 2000 states'],
    ['((){1000}){1000}', 'the pattern is too large, more than 2000 states'],
    ['((a{0}){1000}){1000}', 'the pattern is too large, more than 2000 states'],
    ['a{99999999999999999999}', 'the pattern is too large, more than 2000 states'],
  ])('refuses %j', (pattern, message) => expect(patternComplaint(pattern)).toBe(message));

  it.each([
    '(',
    ')',
    '[',
    'a{2',
    'a{2,1}',
    '*',
    'a**',
    '^*',
    '[z-a]',
    '[\\w-a]',
    'a}',
    ']',
    '\\',
    '(?i:a)',
    '(?<a',
    '\\-',
  ])('refuses %j with a reason', (pattern) => expect(patternComplaint(pattern)).toMatch(/\w{4}/));

  it('refuses more than 1024 characters', () => {
    expect(patternComplaint('a'.repeat(1024))).toBeUndefined();
    expect(patternComplaint('a'.repeat(1025))).toBe('a pattern has at most 1024 characters');
  });

  it('takes deep nesting', () => {
    expect(isFound(`${'('.repeat(500)}a${')'.repeat(500)}`, 'bab')).toBe(true);
    expect(isFound(`${'(?:'.repeat(200)}a${')*'.repeat(200)}b`, 'aab')).toBe(true);
  });

  it('find what a RegExp with the u flag finds', () => {
    fc.assert(
      fc.property(pattern, fc.array(text, { minLength: 1, maxLength: 8 }), (source, texts) => {
        fc.pre(patternComplaint(source) === undefined);
        const expression = new RegExp(source, 'u');
        for (const one of texts)
          expect([source, one, isFound(source, one)]).toEqual([source, one, expression.test(one)]);
      }),
      { numRuns: 2000 },
    );
  }, 60_000);

  it('are measured, without building them, as no fewer states than they have', () => {
    fc.assert(
      fc.property(pattern, (source) => {
        fc.pre(patternComplaint(source) === undefined);
        expect(patternStates(source)).toBeGreaterThanOrEqual(compilePattern(source).states.length);
      }),
      { numRuns: 1000 },
    );
  });

  it('made of any punctuation are refused with a reason or find what a RegExp finds', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'ab(){}[]|*+?^$.\\-,1:='), maxLength: 12 }), (source) => {
        const complaint = patternComplaint(source);
        if (complaint === undefined) {
          for (const one of ['', 'a', 'ab', 'b-1', '(a)'])
            expect(isFound(source, one)).toBe(new RegExp(source, 'u').test(one));
        } else expect(complaint).not.toBe('');
      }),
      { numRuns: 5000 },
    );
  });

  it.each([
    ['(a+)+$', 'a', '!'],
    ['^(a|a)*$', 'a', '!'],
    ['(a|aa)+$', 'a', '!'],
    ['^(a*)*$', 'a', '!'],
    ['a*a*a*a*b', 'a', ''],
    ['.*.*.*x', 'a', ''],
    ['[a-z]*[a-z]*[a-z]{1,60}!', 'q', ''],
    ['(?:(?:a?){8}){8}b', 'a', ''],
    ['^(\\w+\\s?)*$', 'ab ', '!'],
  ])('search %j in time linear in the text', (source, unit, end) => {
    const compiled = compilePattern(source);
    for (const length of [1024, 100_000]) {
      const { found, steps } = search(compiled, unit.repeat(length / unit.length) + end);
      expect(found).toBe(false);
      expect(steps).toBeLessThanOrEqual(2 * compiled.states.length * (length + 2));
    }
  });
});

const character = fc.constantFrom('a', 'b', 'c', '1', '_', '-', ' ', '\n', 'é', '😀', '\ud83d', '.', '/');
const text = fc.string({ unit: character, maxLength: 8 });

const literal = fc.constantFrom('a', 'b', 'c', '1', '_', '-', ' ', 'é', '😀', '\\.', '\\/', '\\n', '\\$', '/');
const inClass = fc.constantFrom('a', 'b-c', '0-9', '_', '😀', 'é', '\\w', '\\s', '\\D', '\\-', '.', '^', '(', 'a-é');
const characterClass = fc
  .tuple(fc.constantFrom('[', '[^'), fc.array(inClass, { maxLength: 3 }))
  .map(([open, parts]) => `${open}${parts.join('')}]`);
const quantifier = fc.constantFrom(
  '',
  '',
  '',
  '*',
  '+',
  '?',
  '*?',
  '+?',
  '??',
  '{2}',
  '{0}',
  '{1,}',
  '{0,2}',
  '{1,3}?',
);

const { pattern } = fc.letrec<{ pattern: string; sequence: string; part: string; atom: string }>((tie) => ({
  pattern: fc.array(tie('sequence'), { minLength: 1, maxLength: 3 }).map((options) => options.join('|')),
  sequence: fc.array(tie('part'), { maxLength: 4 }).map((parts) => parts.join('')),
  part: fc.oneof(
    { weight: 8, arbitrary: fc.tuple(tie('atom'), quantifier).map((both) => both.join('')) },
    { weight: 1, arbitrary: fc.constantFrom('^', '$') },
  ),
  atom: fc.oneof(
    { maxDepth: 2 },
    literal,
    fc.constantFrom('.', '\\d', '\\w', '\\s', '\\D', '\\W', '\\S'),
    characterClass,
    tie('pattern').map((inside) => `(${inside})`),
    tie('pattern').map((inside) => `(?:${inside})`),
  ),
}));
