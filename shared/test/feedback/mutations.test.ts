import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { classify, sameButForForm, type ComparedLanguage } from '../../src/feedback/index.ts';
import { markupSources, pythonSources, typescriptSources } from './constructed.ts';

interface Mutation {
  name: string;
  /** What it is put in the place of; the place is drawn. */
  find: RegExp;
  put: (found: string) => string;
}

const other: Record<string, string> = {
  '===': '!==',
  '&&': '||',
  '||': '&&',
  '+': '-',
  '-': '+',
  '*': '/',
  '/': '*',
  '>': '>=',
  '<': '<=',
  and: 'or',
  or: 'and',
  not: '',
  in: 'not in',
};

/** In any text of the language, strings and comments apart: these are put in with blanks around them. */
const ofCode: Mutation[] = [
  { name: 'an operator', find: /(?<= )(?:===|&&|\|\||[+*/<>-])(?= )/g, put: (found) => other[found]! },
  { name: 'a name', find: /\b(?:item|value|x|items|count|result|text|rest)\b/g, put: (found) => `${found}2` },
  { name: 'a number', find: /\b[1-9]\d*\b/g, put: (found) => `${found}1` },
];

const places: [string, ComparedLanguage, readonly string[], Mutation[]][] = [
  [
    'TypeScript',
    'typescript',
    typescriptSources,
    [
      ...ofCode,
      {
        name: 'the content of a string',
        find: /(?<=['"])(?:use|a|x|b|text|high|case|k)(?=['"])/g,
        put: (s) => `${s} `,
      },
      { name: 'a regular expression', find: /\/giu|\(\?<name>x\)/g, put: (found) => `${found.slice(0, -1)}s` },
      { name: 'a template', find: /(?<=`)(?:one|three) /g, put: (found) => `${found} ` },
      { name: 'await', find: /\bawait /g, put: () => '' },
      { name: 'a removed statement', find: /\bbreak\b|throw new Error\('x', \{ cause: error \}\)/g, put: () => '' },
      { name: 'an added argument', find: /(?<=\w\()(?=\w)/g, put: () => 'added, ' },
      { name: 'a modifier', find: /\b(?:static|async|readonly|private|type|export|const) /g, put: () => '' },
      { name: 'a negation', find: /!(?=\w|\()/g, put: () => '' },
    ],
  ],
  [
    'markup',
    'tsx',
    markupSources,
    [
      { name: 'its text', find: /Nothing here|yet|Add one| now!|Name | items\{|text</g, put: (found) => `No${found}` },
      { name: 'a blank in it that counts', find: /(?<=here,) (?=<b>)|\{' '\}/g, put: () => '' },
      {
        name: 'an attribute',
        find: /'empty'|"\/new"|"it's"/g,
        put: (found) => `${found.slice(0, -1)}s${found.at(-1)}`,
      },
      { name: 'a tag', find: /(?<=<\/?)b(?=>)/g, put: () => 'i' },
      { name: 'an expression', find: /item\.name|items\.length|item\.enabled/g, put: (found) => `${found}s` },
    ],
  ],
  [
    'Python',
    'python',
    pythonSources,
    [
      ...ofCode,
      { name: 'the content of a string', find: /(?<=')(?:x|value|origin|one|two|h|w)(?=')/g, put: (s) => `${s} ` },
      { name: 'the prefix of a string', find: /\bf(?=""")|\bf(?="three)|\bb(?='bytes)/g, put: () => '' },
      { name: 'await', find: /\bawait /g, put: () => '' },
      { name: 'a word', find: /(?<= )(?:and|or|not|in)(?= )/g, put: (found) => other[found]! },
      { name: 'a removed statement', find: /\n {4}raise ?.*|; x = 1|; break/g, put: () => '' },
      { name: 'a tuple for a value', find: /(?<=return )\(a\)|\(b\)/g, put: () => '(a,)' },
    ],
  ],
];

describe.each(places)('in %s', (_, language, sources, mutations) => {
  const path = { typescript: 'a.ts', tsx: 'a.tsx', python: 'a.py' }[language as 'typescript'];
  it.each(mutations)('$name is never form', ({ find, put }) => {
    const found = sources.flatMap((text) =>
      [...text.matchAll(find)].flatMap((match) => {
        const after = text.slice(0, match.index) + put(match[0]) + text.slice(match.index + match[0].length);
        return isInComment(text, match.index) ? [] : [{ text, after }];
      }),
    );
    expect(found).not.toEqual([]);
    for (const { text, after } of found) {
      expect(sameButForForm(language, text, after), firstDifference(text, after)).toBe('different');
      const seen = classify({ path, before: text, after }).stretches.map(({ form }) => form);
      expect(seen, firstDifference(text, after)).toContain('different');
    }
  });

  it('is never form when statements change places, go, or come twice', () => {
    const lines = sources.flatMap((text) =>
      language === 'tsx' ? [] : text.split('\n').filter((l) => /^(?!import|from)\w.*\)$/.test(l)),
    );
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(Math.max(1, lines.length) - 1), { minLength: 2, maxLength: 2 }), ([i, j]) => {
        const [a, b] = [lines[i!]!, lines[j!]!];
        if (a === b) return;
        for (const after of [`${b}\n${a}`, a, `${a}\n${b}\n${b}`]) {
          expect(sameButForForm(language, `${a}\n${b}\n`, `${after}\n`)).toBe('different');
        }
      }),
      { numRuns: lines.length > 2 ? 200 : 0 },
    );
  });
});

const isInComment = (text: string, at: number) =>
  /^\s*\/?\*|\/\*|\/\/ |^ *# |Documented/.test(text.slice(text.lastIndexOf('\n', at) + 1, at + 1));

function firstDifference(a: string, b: string): string {
  let at = 0;
  while (a[at] === b[at]) at++;
  return `${JSON.stringify(a.slice(Math.max(0, at - 30), at + 30))} became ${JSON.stringify(b.slice(Math.max(0, at - 30), at + 30))}`;
}

describe('never form', () => {
  it.each([
    ['typescript', 'const a = b\n;(c || d).e()\n', 'const a = b\n(c || d).e()\n'],
    ['typescript', 'a()\n;[b].c()\n', 'a()\n[b].c()\n'],
    ['typescript', 'a;\n`b`\n', 'a\n`b`\n'],
    ['typescript', 'a;\n/b/g.c()\n', 'a\n/b/g.c()\n'],
    ['typescript', 'a;\n+b\n', 'a\n+b\n'],
    ['typescript', 'a\n++b\n', 'a++\nb\n'],
    ['typescript', 'return (\n  a\n)\n', 'return\n  a\n'],
    ['typescript', 'throw a\n', 'throw\na\n'],
    ['typescript', 'if (a) b(); c()\n', 'if (a) { b(); c() }\n'],
    ['typescript', 'const f = () => ({})\n', 'const f = () => {}\n'],
    ['typescript', 'a(b, c)\n', 'a((b, c))\n'],
    ['typescript', 'x = [a, , b]\n', 'x = [a, b]\n'],
    ['typescript', 'x = [a, ,]\n', 'x = [a,]\n'],
    ['typescript', 'a?.b.c\n', '(a?.b).c\n'],
    ['typescript', 'new (a())()\n', 'new a()()\n'],
    ['typescript', '(a, b)\n', 'a, b, c\n'],
    ['typescript', 'a ** b ** c\n', '(a ** b) ** c\n'],
    ['typescript', '(-a) ** b\n', '-(a ** b)\n'],
    ['typescript', "'use strict'\n", "('use strict')\n"],
    ['typescript', 'while (a);\nb()\n', 'while (a) b()\n'],
    ['typescript', 'type A = (B | C)[]\n', 'type A = B | C[]\n'],
    ['typescript', 'type A = (() => B) | C\n', 'type A = () => B | C\n'],
    ['typescript', "a('\\n')\n", "a('n')\n"],
    ['typescript', 'let o = { get, set() {} }\n', 'let o = { get\n set() {} }\n'],
    ['typescript', 'class A { get\n a() {} }\n', 'class A { get a() {} }\n'],
    ['typescript', 'class A { a = 1\n;[b] = 2 }\n', 'class A { a = 1\n[b] = 2 }\n'],
    ['typescript', 'class A { a\n;*b() {} }\n', 'class A { a\n*b() {} }\n'],
    ['tsx', 'a = <p>b {c}</p>\n', 'a = <p>b{c}</p>\n'],
    ['tsx', 'a = <p>it&apos;s</p>\n', 'a = <p>its</p>\n'],
    ['python', 'if a:\n    b()\n    c()\n', 'if a:\n    b()\nc()\n'],
    [
      'python',
      'if a:\n    if b:\n        c()\n    else:\n        d()\n',
      'if a:\n    if b:\n        c()\nelse:\n    d()\n',
    ],
    ['python', 'for a in b:\n    c()\nelse:\n    d()\n', 'for a in b:\n    c()\n    d()\n'],
    ['python', 'x = a,\n', 'x = a\n'],
    ['python', 'x = (a,)\n', 'x = (a)\n'],
    ['python', 'x = ()\n', 'x = []\n'],
    ['python', 'x = (yield)\n', 'x = yield_\n'],
    ['python', 'x = a[b,]\n', 'x = a[b]\n'],
    ['python', "x = 'a' 'b'\n", "x = 'a', 'b'\n"],
    ['python', "x = r'\\n'\n", "x = '\\n'\n"],
    ['python', "x = '''a\n  b'''\n", "x = '''a\n b'''\n"],
    ['python', 'assert (a, b)\n', 'assert a, b\n'],
    ['python', 'x = (a for a in b)\n', 'x = [a for a in b]\n'],
    ['python', 'x = (lambda: a, b)\n', 'x = (lambda: (a, b))\n'],
    ['python', 'x = (lambda a: b)(c)\n', 'x = lambda a: b(c)\n'],
    ['python', 'x = -(a ** b)\n', 'x = (-a) ** b\n'],
    ['python', 'x = not (a == b)\n', 'x = (not a) == b\n'],
    ['python', 'x = a < (b < c)\n', 'x = a < b < c\n'],
    ['python', 'x = a - (b - c)\n', 'x = a - b - c\n'],
    ['json', '{"a": 1}\n', '{"a": "1"}\n'],
    ['json', '{"a": [1, 2]}\n', '{"a": [2, 1]}\n'],
  ] as const)('%s: %j and %j', (language, before, after) => {
    expect(sameButForForm(language, before, after)).toBe('different');
    expect(sameButForForm(language, after, before)).toBe('different');
  });
});
