import { describe, expect, test } from 'vitest';
import { classify, comparePatches, editsBetween, sameButForForm } from '../src/feedback/index.ts';

describe('form and content', () => {
  test.each([
    ['typescript', 'const a = { b: 1, };\nfoo(a)\n', 'const a = {\n  b: 1,\n}\nfoo(a);\n', 'cosmetic'],
    ['typescript', 'const a = b\n;(c || d).e()\n', 'const a = b;\n(c || d).e();\n', 'cosmetic'],
    ['typescript', 'const a = b;\n(c || d).e();\n', 'const a = b\n(c || d).e()\n', 'different'],
    ['typescript', 'return a;\n', 'return\na;\n', 'different'],
    ['typescript', 'if (a) b();\n', 'if (a);\nb();\n', 'different'],
    ['typescript', 'x = (a + b) * c;\n', 'x = a + b * c;\n', 'different'],
    ['typescript', "a('x'); // old\n", 'a("x"); // new\n', 'comment'],
    ['typescript', "import b from 'b';\nimport a from 'a';\n", "import a from 'a';\nimport b from 'b';\n", 'imports'],
    ['python', 'if a:\n  b()\n  c()\n', 'if a:\n    b()\n    c()\n', 'cosmetic'],
    ['python', 'if a:\n    b()\n    c()\n', 'if a:\n    b()\nc()\n', 'different'],
    ['python', 'a = (b)\n', 'a = (b,)\n', 'different'],
    ['text', 'a:\n  b\n', 'a:\nb\n', 'unknown'],
  ] as const)('%s %j and %j: %s', (language, before, after, verdict) => {
    expect(sameButForForm(language, before, after)).toBe(verdict);
  });

  test('line ends, a byte order mark and a missing last line end change nothing', () => {
    expect(sameButForForm('text', 'a\nb\n', '\uFEFFa\r\nb')).toBe('same');
  });

  test('a formatted file keeps apart the one line that was changed', () => {
    const before = "const a = 'x';\nconst b = 'y';\nconst c = 'z';\n";
    const { stretches } = classify({
      path: 'a.ts',
      before,
      after: 'const a = "x"\nconst b = "changed"\nconst c = "z"\n',
    });
    expect(stretches.filter(({ form }) => form !== 'cosmetic').map(({ before: { from, to } }) => [from, to])).toEqual([
      [1, 2],
    ]);
  });

  test('edits lead from one list to the other', () => {
    expect(editsBetween(['a', 'b', 'c'], ['a', 'x', 'c'])).toEqual([
      { before: { from: 1, to: 2 }, after: { from: 1, to: 2 } },
    ]);
  });
});

describe('patches', () => {
  const patch = (line: string) => `--- a/x.ts\n+++ b/x.ts\n@@ -3,2 +3,2 @@\n keep\n-old\n+${line}\n`;

  test('of the same base give both sides of its known lines', () => {
    expect(comparePatches(patch('agent'), patch('human'))).toEqual({
      files: [{ path: 'x.ts', agent: '\u0000\nkeep\nagent\n', human: '\u0000\nkeep\nhuman\n', isPartial: true }],
      problem: undefined,
    });
  });

  test('that disagree about the base are not guessed at', () => {
    const other = '--- a/x.ts\n+++ b/x.ts\n@@ -3,1 +3,1 @@\n-different\n+human\n';
    expect(comparePatches(patch('agent'), other)).toMatchObject({
      files: [],
      problem: expect.stringContaining('do not agree'),
    });
  });

  test.each(['../x.ts', '/etc/x', 'C:\\x', '..\\x'])('a path outside the repository is refused: %s', (path) => {
    const files = { files: [{ path, before: 'a', after: 'b' }] };
    expect(() => comparePatches(files, files)).toThrow('no path below the repository');
  });
});
