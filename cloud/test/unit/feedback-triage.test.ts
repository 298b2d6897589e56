import { describe, expect, it } from 'vitest';
import { correctionReader } from '../../src/features/feedback/learn/read-correction.ts';
import type { ReadCircumstances } from '../../src/features/feedback/learn/reading.ts';
import { failureOf } from '../../src/features/feedback/learn/triage/failure.ts';
import { macroF1, pairsOf, remarksOf, type Remark } from '../support/feedback-pairs.ts';
import { nearestByWords } from '../support/nearest-by-words.ts';

const read = correctionReader();
const plain: ReadCircumstances = { comment: undefined, kind: 'edit', ageMs: undefined };
const triage = (path: string, agent: string, human: string, circumstances = plain) =>
  read([{ path, agent, human, isPartial: false }], circumstances).triage;

describe.each(['dev', 'held-out', 'after'])('on the constructed pairs (%s)', (set) => {
  const rows = [`${set}-typescript`, `${set}-python`].flatMap(pairsOf).map((pair) => {
    const { path, before: agent, after: human } = pair;
    const reading = read([{ path, agent, human, isPartial: false }], pair.circumstances);
    return { pair, reading, seen: new Set(reading.findings.map((finding) => finding.detector)) };
  });

  it('triage reaches its bar', () => {
    expect(
      macroF1(rows.map(({ pair, reading }) => ({ said: reading.triage, is: pair.triage }))),
    ).toBeGreaterThanOrEqual(0.75);
  });

  it('what is called a lesson is one', () => {
    const lessons = rows.filter(({ reading }) => reading.triage === 'deletion' || reading.triage === 'behaviour');
    expect(lessons.filter(({ pair }) => pair.isLesson).length / lessons.length).toBeGreaterThanOrEqual(0.8);
  });

  it('detectors see what is there and little else', () => {
    const right = rows.reduce((sum, { pair, seen }) => sum + pair.detectors.filter((id) => seen.has(id)).length, 0);
    const said = rows.reduce((sum, { seen }) => sum + seen.size, 0);
    const are = rows.reduce((sum, { pair }) => sum + pair.detectors.length, 0);
    expect(right / said).toBeGreaterThanOrEqual(0.85);
    expect(right / are).toBeGreaterThanOrEqual(0.85);
  });
});

describe('triage', () => {
  it.each([
    ['layout', 'cosmetic', 'a.ts', 'const a={b:1}\n', 'const a = {\n  b: 1,\n};\n'],
    ['the order of imports', 'cosmetic', 'a.py', 'import b\nimport a\n', 'import a\nimport b\n'],
    ['a comment in other words', 'wording', 'a.ts', '// adds\na();\n', '// in cents\na();\n'],
    ['a message in other words', 'wording', 'a.py', 'fail("not a good value")\n', 'fail("expected a number")\n'],
    ['a key, which is no message', 'behaviour', 'a.ts', "get('user_id');\n", "get('owner_id');\n"],
    ['a name everywhere', 'rename', 'a.ts', 'const a = f();\ng(a);\n', 'const rows = f();\ng(rows);\n'],
    ['another variable in one place', 'behaviour', 'a.ts', 'f(start);\n', 'f(end);\n'],
    ['a deeper block in Python', 'behaviour', 'a.py', 'if a:\n    b()\nc()\n', 'if a:\n    b()\n    c()\n'],
    ['lines that went', 'deletion', 'a.py', 'a()\nb()\nc()\n', 'a()\n'],
    ['prose', 'wording', 'README.md', 'Runs fast.\n', 'Runs in a second.\n'],
  ])('%s: %s', (_, expected, path, agent, human) => {
    expect(triage(path, agent, human)).toBe(expected);
  });

  it('takes what grew a day later for the work going on', () => {
    const more = 'a();\nfunction b() {\n  return c();\n}\nfunction d() {\n  return e();\n}\n';
    expect(triage('a.ts', 'a();\n', more, { ...plain, ageMs: 3 * 86_400_000 })).toBe('evolution');
  });

  it('learns nothing from what was undone whole without a word', () => {
    expect(triage('a.ts', 'a();\n', '', { ...plain, kind: 'reject' })).toBe('unknown');
    expect(triage('a.ts', 'a();\n', '', { ...plain, kind: 'reject', comment: 'the wrong file' })).toBe('behaviour');
  });
});

describe('the category of a failure', () => {
  const dev = remarksOf('failures-dev');
  const heldOut = remarksOf('failures-held-out');
  const said = ({ circumstances }: Remark) => failureOf(circumstances, { triage: 'behaviour', didNotParse: false });

  it('beats the commonest class and nearest words (TF-IDF) by ten points on remarks that were held out', () => {
    const score = (guess: (remark: Remark) => unknown) =>
      macroF1<unknown>(heldOut.map((remark) => ({ said: guess(remark), is: remark.category })));
    const best = Math.max(
      score(() => 'wrong_solution'),
      score(nearestByWords(dev)),
    );
    expect(score(said)).toBeGreaterThanOrEqual(best + 0.1);
  });

  it('is a syntax error where the agent’s text does not parse and the person’s does', () => {
    const files = [{ path: 'a.ts', agent: 'function f( {\n', human: 'function f() {}\n', isPartial: false }];
    expect(read(files, plain).failure).toBe('syntax_error');
  });

  it('is not made up', () => {
    expect(
      read([{ path: 'a.ts', agent: 'a(1);\n', human: 'a(2);\n', isPartial: false }], plain).failure,
    ).toBeUndefined();
  });
});
