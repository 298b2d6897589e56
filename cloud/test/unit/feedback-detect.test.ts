import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { format } from 'prettier';
import { describe, expect, it } from 'vitest';
import { detectorsPage } from '../../src/features/feedback/learn/detect/detectors-page.ts';
import { detectors } from '../../src/features/feedback/learn/detect/detectors.ts';
import { loadSyntax } from '../../src/features/feedback/learn/detect/syntax.ts';
import { correctionReader } from '../../src/features/feedback/learn/read-correction.ts';
import type { Reading } from '../../src/features/feedback/learn/reading.ts';
import { pairsOf, type Pair } from '../support/feedback-pairs.ts';

const read = correctionReader();
const plain = { comment: undefined, kind: 'edit', ageMs: undefined } as const;
const seenIn = (reading: Reading) => [...new Set(reading.findings.map((finding) => finding.detector))];
const readPair = ({ path, before, after, circumstances }: Pair) =>
  read([{ path, agent: before, human: after, isPartial: false }], circumstances);
const readTexts = (path: string, agent: string, human: string) =>
  read([{ path, agent, human, isPartial: false }], plain);

const examples = ['dev-typescript', 'dev-python', 'more-examples'].flatMap(pairsOf);
const nearMisses = pairsOf('near-misses');

describe('detectors', () => {
  it('are at least thirty, each with a name of its own, words and a rule', () => {
    expect(detectors.length).toBeGreaterThanOrEqual(30);
    expect(new Set(detectors.map(({ id }) => id)).size).toBe(detectors.length);
    for (const { id, title, guidance } of detectors) {
      expect(id).toMatch(/^[a-z][a-z0-9-]+$/);
      expect(title.length, id).toBeGreaterThan(5);
      expect(guidance.length, id).toBeLessThanOrEqual(400);
    }
  });

  it('are those of docs/feedback-detectors.md; `pnpm generate` writes it', () => {
    const kept = resolve(import.meta.dirname, '../../../docs/feedback-detectors.md');
    expect(readFileSync(kept, 'utf8')).toBe(detectorsPage());
  });

  it.each(detectors.map(({ id }) => id))('%s fires on its examples and on no near miss', (id) => {
    const own = examples.filter((pair) => pair.detectors.includes(id));
    expect(own.length).toBeGreaterThan(0);
    for (const pair of own) expect(seenIn(readPair(pair)), pair.id).toContain(id);
    const near = nearMisses.filter((pair) => pair.id === id);
    expect(near.length).toBeGreaterThan(0);
    for (const pair of near) expect(seenIn(readPair(pair))).not.toContain(id);
  });

  it('counts places that were left alone as survivors, and the corrected one as changed', () => {
    const before = 'if (a == 1) run();\nif (b == 2) walk();\nif (c == 3) stop();\n';
    const after = before.replace('b ==', 'b ===');
    const count = readTexts('a.ts', before, after).occurrences.find((each) => each.detector === 'strict-equality');
    const leftAt = [1, 3].map((line) => ({ path: 'a.ts', line }));
    expect(count).toEqual({ detector: 'strict-equality', language: 'typescript', changed: 1, survived: 2, leftAt });
  });

  it('counts what was kept whole as survivors only', () => {
    const text = 'def f(a, b=[]):\n    print(a)\n    return b\n';
    const reading = readTexts('a.py', text, text);
    expect(reading.findings).toEqual([]);
    const counts = new Map(reading.occurrences.map((each) => [each.detector, [each.changed, each.survived]]));
    expect(counts.get('mutable-default-fixed')).toEqual([0, 1]);
    expect(counts.get('debug-output-removed')).toEqual([0, 1]);
  });

  it('tells the lines on both sides', () => {
    const [finding] = readTexts(
      'a.ts',
      'const a = 1;\nif (a == b) run();\n',
      'const a = 1;\nif (a === b) run();\n',
    ).findings;
    expect(finding).toMatchObject({ detector: 'strict-equality', beforeLine: 2, afterLine: 2, language: 'typescript' });
  });

  it('does not take what went with a whole function for so many corrections', () => {
    const helper =
      'function old(a: any) {\n  // look\n  if (!a) return 0;\n  console.log(a);\n  return a!.b as C;\n}\n';
    expect(seenIn(readTexts('a.ts', `${helper}keep();\n`, 'keep();\n'))).toEqual(['helper-removed']);
  });

  it('does not take moved lines for corrections', () => {
    const one = 'function one() {\n  console.log("one is running");\n  return 1;\n}\n';
    const two = 'function two() {\n  return 2;\n}\n';
    expect(readTexts('a.ts', one + two, two + one).findings).toEqual([]);
  });

  it('reads pieces of a diff one by one', () => {
    const gap = '\n\u0000\n';
    const before = `  }\n  if (a == b) {${gap}const x = 1;\nconsole.log(x);\n`;
    const after = `  }\n  if (a === b) {${gap}const x = 1;\n`;
    const reading = read([{ path: 'a.ts', agent: before, human: after, isPartial: true }], plain);
    expect(seenIn(reading).toSorted()).toEqual(['debug-output-removed', 'strict-equality']);
    expect(reading.findings.find((each) => each.detector === 'debug-output-removed')?.beforeLine).toBe(5);
  });
});

describe('what Prettier makes of a text', () => {
  it('says nothing, whatever was written', async () => {
    const sources = pairsOf('dev-typescript').map((pair) => pair.after);
    let formatted = 0;
    for (const source of sources) {
      const options = { parser: 'typescript', singleQuote: false, printWidth: 60, tabWidth: 4 } as const;
      const pretty = await format(source, options).catch(() => undefined);
      if (pretty === undefined || pretty === source) continue;
      formatted++;
      expect(readTexts('a.ts', source, pretty).findings, source).toEqual([]);
    }
    expect(formatted).toBeGreaterThan(20);
  });
});

describe('whatever a person may send', () => {
  const nasty = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 400 }),
    fc
      .array(
        fc.constantFrom(
          ...'(){}[]"\'`#:;,\n\t \\=<>/*$@.?!'.split(''),
          'if',
          'def ',
          'await ',
          'class ',
          '\u0000',
          '\r\n',
        ),
        { maxLength: 200 },
      )
      .map((parts) => parts.join('')),
    fc.constantFrom(...examples.map((pair) => pair.before)),
  );

  it('is read without an error', () => {
    fc.assert(
      fc.property(
        nasty,
        nasty,
        fc.constantFrom('a.ts', 'a.tsx', 'a.py', 'a.js', 'a.json', 'a.md', 'a'),
        fc.boolean(),
        (agent, human, path, isPartial) => {
          const reading = read([{ path, agent, human, isPartial }], plain);
          return reading.stretches.every((each) => each.before.to >= each.before.from - 1);
        },
      ),
      { numRuns: 300 },
    );
  });

  it.each([
    ['a line of a megabyte', 'x'.repeat(1_000_000)],
    ['brackets 100,000 deep', '['.repeat(100_000)],
    ['a sum of 20,000', `a = ${Array.from({ length: 20_000 }, () => 'b').join('\n + ')}`],
    ['blocks 400 deep', Array.from({ length: 400 }, (_, at) => `${' '.repeat(at)}if a:`).join('\n')],
    ['half a surrogate', 'const a = "\uD800";'],
    ['an endless string', `'${'\\'.repeat(50_000)}`],
    ['60,000 lines', 'a\n'.repeat(70_000)],
  ])('is bounded: %s', (_, text) => {
    for (const path of ['a.ts', 'a.py']) {
      const reading = readTexts(path, text, `${text}\nb`);
      expect(reading.stretches.length).toBeLessThan(10);
    }
  });

  it('says why a text was not parsed', () => {
    expect(readTexts('a.ts', 'x'.repeat(1_000_000), 'y').problems).toEqual(['longer than 262144 characters']);
  });

  it('takes files that came or went, and other ends of lines', () => {
    expect(read([{ path: 'a.ts', agent: undefined, human: 'a();\n', isPartial: false }], plain).stretches).toHaveLength(
      1,
    );
    expect(read([{ path: 'a.ts', agent: 'a();\n', human: undefined, isPartial: false }], plain).triage).toBe(
      'deletion',
    );
    expect(readTexts('a.ts', 'a();\nb();\n', '\uFEFFa();\r\nb();').stretches).toEqual([]);
    expect(read([], plain)).toMatchObject({ triage: 'cosmetic', stretches: [], findings: [] });
  });
});

describe('a platform that the parser is not built for', () => {
  const parse = loadSyntax(() => {
    throw new Error('no native binding');
  });

  it('is read as text alone, and says so', () => {
    const reading = correctionReader({ parse })(
      [{ path: 'a.ts', agent: 'const a = b.c.d;\n', human: 'const a = b.c.e;\n', isPartial: false }],
      plain,
    );
    expect(reading.triage).toBe('behaviour');
    expect(reading.findings).toEqual([]);
    expect(reading.problems).toEqual(['the parser could not be loaded: no native binding']);
  });
});

it('loads the parser a second time', () => {
  expect(loadSyntax()('python', 'a = 1\n').tree?.byKind.has('assignment')).toBe(true);
});
