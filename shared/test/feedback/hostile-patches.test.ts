import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { WhetstoneError } from '../../src/errors.ts';
import { classify, comparePatches, sameButForForm } from '../../src/feedback/index.ts';

const head = '--- a/x.ts\n+++ b/x.ts\n';
const good = `${head}@@ -1 +1 @@\n-a\n+b\n`;

/** What comes of it; the only thing that may be thrown says which field is wrong. */
function outcomeOf(original: unknown, corrected: unknown) {
  try {
    return comparePatches(original, corrected);
  } catch (error) {
    expect(error).toBeInstanceOf(WhetstoneError);
    expect((error as WhetstoneError).code).toBe('invalid');
    return 'refused' as const;
  }
}

// What takes more than linear time runs into the time limit of a test.
describe('patches that somebody sends to do harm', () => {
  const tiny = (put: string) =>
    head + Array.from({ length: 100_000 }, (_, i) => `@@ -${3 * i + 1} +${3 * i + 1} @@\n-a\n+${put}\n`).join('');
  const line = (word: string) => `${head}@@ -1 +1 @@\n-a\n+${word.repeat(1_000_000 / word.length)}\n`;
  const files = (path: string, before: string, after: string) => ({ files: [{ path, before, after }] });
  const mebibytes = (text: string) => text.repeat((4 * 2 ** 20) / text.length);

  it.each([
    ['a line of 1 MB', line('abcd '), line('abce ')],
    ['a line of 1 MB of brackets', line('((((('), line('((((]')],
    ['100,000 hunks', tiny('b'), tiny('c')],
    ['4 MiB without a line end', mebibytes('a'), mebibytes('b')],
    ['4 MiB of line ends', mebibytes('\n'), mebibytes('\r\n')],
    ['4 MiB of headers of hunks', mebibytes('@@ -1 +1 @@\n....'), mebibytes('@@ -1,9 +1,9')],
    ['4 MiB of headers of files', mebibytes('--- a/x\n+++ b/x\n'), mebibytes('diff --git a/x b')],
    ['4 MiB of quotes', `diff --git ${mebibytes('"')}`, `diff --git ${mebibytes('"\\')}`],
    ['4 MiB of blanks', `diff --git ${mebibytes(' ')}`, `rename to ${mebibytes(' b/')}`],
    ['a file of 4 MiB', files('x.ts', '', mebibytes('a = 1;\n!')), files('x.ts', '', mebibytes('b = 1;\n!'))],
  ])('%s: done, and nothing else is thrown', (_, original, corrected) => {
    expect(outcomeOf(original, corrected)).toBeDefined();
  });

  it('100,000 hunks are all read', () => {
    const [file] = comparePatches(tiny('b'), tiny('c')).files;
    expect(file?.agent?.split('\n').filter((one) => one === 'b')).toHaveLength(100_000);
  });

  it.each([
    ['new-heavy brackets', 'a.ts', 'new ('],
    ['markup', 'a.tsx', '<a>{'],
    ['templates', 'a.ts', '`${'],
    ['commas', 'a.ts', ',;,'],
    ['backslashes', 'a.py', '\\"'],
    ['brackets of Python', 'a.py', '(lambda a=('],
    ['quotes', 'a.py', '"""\''],
    ['a growing step', 'a.py', 'if a: '],
    ['interfaces', 'a.ts', 'interface A<B = {}> {} '],
    ['loops', 'a.ts', 'do while (a) '],
    ['blanks in markup', 'a.tsx', 'x{" "}'],
    ['imports from nowhere', 'a.ts', 'import a\n'],
    ['a regular expression that does not end', 'a.ts', 'a = /[aa'],
  ])('a text of %s is classified', (_, path, part) => {
    const before = part.repeat(200_000 / part.length);
    expect(classify({ path, before, after: `${before}\n${part}` }).after).not.toEqual([]);
  });

  it.each([
    ['no header', '@@ -1 +1 @@\n-a\n+b\n'],
    ['a header that is none', `${head}@@ -x +y @@\n-a\n+b\n`],
    ['fewer lines than it says', `${head}@@ -1,5 +1,5 @@\n-a\n+b\n`],
    ['more lines of one side than it says', `${head}@@ -1,2 +1 @@\n-a\n+b\n+c\n`],
    ['numbers beyond every file', `${head}@@ -99999999999 +1 @@\n-a\n+b\n`],
    ['a binary file', 'diff --git a/x.png b/x.png\nBinary files a/x.png and b/x.png differ\n'],
    ['a binary patch', 'diff --git a/x.png b/x.png\nGIT binary patch\nliteral 3\nabc\n'],
    ['nothing of a diff', 'hello\n'],
    ['a number', 7],
    ['null', null],
    ['files that are none', { files: [null, 7, { path: 7 }, { path: 'a', before: 1 }] }],
  ])('%s: told, not thrown', (_, patch) => {
    for (const outcome of [outcomeOf(patch, good), outcomeOf(good, patch)]) {
      expect(outcome).toMatchObject({ problem: expect.any(String) });
    }
  });

  it.each(['../x', 'a/../../x', '/etc/passwd', 'C:\\x', 'c:x', '\\\\host\\x', 'a\\..\\x', 'a\u0000b', ''])(
    'the path %j is refused wherever it stands',
    (path) => {
      const whole = files(path, 'a', 'b');
      expect(outcomeOf(whole, whole)).toBe('refused');
      if (path === '' || path.includes('\u0000')) return;
      const quoted = `"${path.replaceAll('\\', '\\\\')}"`;
      for (const diff of [
        `--- ${path}\n+++ ${path}\n@@ -1 +1 @@\n-a\n+b\n`,
        `--- a/${path}\n+++ b/${path}\n@@ -1 +1 @@\n-a\n+b\n`,
        `diff --git a/x b/x\nrename from x\nrename to ${path}\n`,
        `diff --git a/x b/x\nrename from x\nrename to ${quoted}\n`,
      ].slice(path.startsWith('/') || path.startsWith('\\\\') ? 2 : 0)) {
        expect(outcomeOf(diff, good), diff).toBe('refused');
      }
    },
  );

  it('NUL and half characters are text like any other', () => {
    const odd = `${head}@@ -1 +1 @@\n-a\n+\u0000\uD800\uDC00\uD800\n`;
    expect(outcomeOf(odd, good)).not.toBe('refused');
    expect(sameButForForm('typescript', 'a("\uD800")', 'a("\uDC00")')).toBe('different');
  });

  const piece = fc.oneof(
    fc.constantFrom(
      '--- a/x.ts\n',
      '+++ b/x.ts\n',
      '+++ /dev/null\n',
      'diff --git a/x b/y\n',
      'diff --git "a/\\303\\251" "b/\\q"\n',
      'rename from \n',
      'rename to ../y\n',
      'new file mode 100644\n',
      'deleted file mode 100644\n',
      'Binary files a/x and b/x differ\n',
      '\\ No newline at end of file\n',
      ' same\n',
      '-gone\n',
      '+come\r\n',
      '\n',
      '\u0000',
      '\uD800',
    ),
    fc
      .tuple(fc.nat(5), fc.nat(3), fc.nat(5), fc.nat(3))
      .map(([from, gone, to, come]) => `@@ -${from},${gone} +${to},${come} @@\n`),
    fc.string(),
  );
  const diff = fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join(''));
  const text = fc.option(fc.oneof(diff, fc.string({ unit: 'binary' })), { nil: undefined });
  const whole = fc.record({
    files: fc.array(fc.record({ path: fc.constantFrom('a.ts', 'b/c.py', 'd'), before: text, after: text })),
  });

  it('any two patches give texts or a reason, or name the field', () => {
    const patch = fc.oneof({ weight: 3, arbitrary: diff }, { weight: 2, arbitrary: whole }, fc.jsonValue());
    fc.assert(
      fc.property(patch, patch, (original, corrected) => {
        const outcome = outcomeOf(original, corrected);
        if (outcome === 'refused') return;
        for (const { path, agent, human } of outcome.files) {
          const { stretches } = classify({ path, before: agent ?? '', after: human ?? '' });
          expect(stretches.every(({ before, after }) => before.from <= before.to && after.from <= after.to)).toBe(true);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('stretches lead from any text to any other, whatever they are taken for', () => {
    const part = fc.constantFrom(
      'a',
      'b',
      '(',
      ')',
      '{',
      '}',
      '\n',
      '\n',
      ' ',
      '"',
      "'",
      '`',
      ';',
      ',',
      '<',
      '>',
      '/',
      '#',
      ':',
      'if',
      '=',
    );
    const code = fc.array(part, { maxLength: 60 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(code, code, fc.constantFrom('a.ts', 'a.tsx', 'a.py', 'a.json', 'a.txt'), (before, after, path) => {
        const read = classify({ path, before, after });
        const led: string[] = [];
        let at = 0;
        for (const stretch of read.stretches) {
          led.push(...read.before.slice(at, stretch.before.from));
          led.push(...read.after.slice(stretch.after.from, stretch.after.to));
          at = stretch.before.to;
        }
        expect([...led, ...read.before.slice(at)]).toEqual(read.after);
      }),
      { numRuns: 1_000 },
    );
  });
});
