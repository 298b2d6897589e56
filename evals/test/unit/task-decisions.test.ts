import { describe, expect, it } from 'vitest';
import { difficultyOf, draftInstruction, languageOf, storyOf } from '../../src/tasks/commit-story.ts';
import { resolve } from '../../src/tasks/resolution.ts';
import { findRunner } from '../../src/tasks/runner.ts';
import { measure } from '../../src/tasks/stability.ts';
import type { TestOutcome, TestReport } from '../../src/tasks/test-report.ts';
import { readRawDiff } from '../../src/tasks/trees.ts';

const report = (tests: Record<string, TestOutcome>): TestReport => ({ tests: new Map(Object.entries(tests)) });

describe('what repeated runs say of a test', () => {
  const base = [report({ keep: 'passed', mend: 'failed', flaky: 'failed', breaks: 'passed', never: 'failed' })];
  const gold = [report({ keep: 'passed', mend: 'passed', flaky: 'passed', breaks: 'failed', never: 'error' })];

  it('sorts them by whether they passed before, after, both or neither', () => {
    expect(measure(base, gold)).toEqual({
      fail_to_pass: ['flaky', 'mend'],
      pass_to_pass: ['keep'],
      quarantine: [],
      broken: ['breaks'],
      neverPassed: ['never'],
    });
  });

  it('puts into quarantine what passed only sometimes, with how often', () => {
    const shaky = [...gold, report({ keep: 'passed', mend: 'passed', flaky: 'failed' })];
    expect(measure([...base, ...base], shaky)).toMatchObject({
      fail_to_pass: ['mend'],
      quarantine: [{ test: 'flaky', base: '0/2', gold: '1/2' }],
    });
  });

  it('takes a test that is missing on the base, its file not loading, for one that fails there', () => {
    expect(measure([report({ 'a.test.ts': 'error' })], [report({ 'a.test.ts > new': 'passed' })])).toMatchObject({
      fail_to_pass: ['a.test.ts > new'],
    });
  });

  it('believes nothing of a run that cannot be read', () => {
    expect(measure(base, [...gold, { unreadable: 'cut off' }])).toMatchObject({ fail_to_pass: [], pass_to_pass: [] });
  });
});

describe('the verdict', () => {
  const expected = { fail_to_pass: ['a', 'b'], pass_to_pass: ['c'] };
  const verdictOf = (tests: Record<string, TestOutcome>) =>
    resolve(expected, new Map(Object.entries(tests))).resolution;

  it.each<[string, Record<string, TestOutcome>]>([
    ['resolved', { a: 'passed', b: 'passed', c: 'passed' }],
    ['partial', { a: 'passed', b: 'failed', c: 'passed' }],
    ['fail', { a: 'failed', b: 'failed', c: 'passed' }],
    ['fail', { a: 'passed', b: 'passed', c: 'failed' }],
    ['fail', { a: 'passed', b: 'passed' }],
    ['fail', { a: 'skipped', b: 'skipped', c: 'passed' }],
    ['fail', {}],
  ])('is %s for %o', (resolution, tests) => {
    expect(verdictOf(tests)).toBe(resolution);
  });
});

describe('the runner of a repository', () => {
  const none = { files: [], packages: [] };
  it.each([
    [
      'vitest',
      { ...none, packages: ['vitest'] },
      ['test/a.test.ts'],
      'vitest-json',
      /vitest run .* test\/a\.test\.ts$/,
    ],
    ['jest', { ...none, packages: ['jest'] }, ['a.spec.js'], 'jest-json', /jest --json .* a\.spec\.js$/],
    ['node', none, ['test/a.mjs'], 'tap', /^node --test .* test\/a\.mjs$/],
    ['pytest', none, ['tests/test_a.py', 'tests/conftest.py'], 'pytest-junit', /pytest .* tests\/test_a\.py$/],
    ['go', { ...none, files: ['go.mod'] }, ['x/a_test.go'], 'go-json', /^go test -json \.\/x >/],
  ])('is found: %s', (_, facts, tests, parser, command) => {
    expect(findRunner(facts, tests)).toMatchObject({ parser, command: expect.stringMatching(command) });
  });

  it('is told names of files as they are, not as the shell would read them', () => {
    const names = ["a'; touch x; '.test.js", '-rf.test.js', '$(id).test.js'];
    expect(findRunner(none, names)?.command).toContain(
      String.raw`'a'\''; touch x; '\''.test.js' ./-rf.test.js '$(id).test.js'`,
    );
  });

  it('is not guessed where nothing says it', () => {
    expect(findRunner(none, ['tests/a.txt'])).toBeUndefined();
    expect(findRunner(none, ['a.test.ts'])).toBeUndefined();
  });
});

describe('the story of a commit', () => {
  const commit = (message: string) => ({ hash: 'abcdef1234', parents: [], author: 'A', date: '', message });

  it('is guessed from a conventional subject', () => {
    expect(storyOf(commit('fix(http)!: no "ETag" for 204\n\nbody'))).toEqual({
      id: 'fix-http-no-etag-for-204-abcdef1',
      title: 'fix(http)!: no "ETag" for 204',
      type: 'bugfix',
      tags: ['http'],
    });
    expect(storyOf(commit('Добавить всё'))).toMatchObject({ id: 'abcdef1', type: 'bugfix', tags: [] });
  });

  it('becomes a draft without trailers, marked as one', () => {
    const draft = draftInstruction(commit('fix: x\n\nWhy.\n\nSigned-off-by: A <a@example.com>\nReviewed-by: B'));
    expect(draft).toContain('<!-- draft -->');
    expect(draft).toContain('# fix: x\n\nWhy.\n');
    expect(draft).not.toMatch(/Signed|Reviewed/);
  });

  it('is as difficult as it is long, and in the language of most of its files', () => {
    expect(difficultyOf('--- a/x\n+++ b/x\n-a\n+b\n')).toBe('easy');
    expect(difficultyOf('+x\n'.repeat(40))).toBe('medium');
    expect(difficultyOf('+x\n'.repeat(400))).toBe('hard');
    expect(languageOf(['a.ts', 'b.py', 'c.tsx', 'README'])).toBe('typescript');
    expect(languageOf(['README'])).toBe('other');
  });
});

describe('git’s list of changes', () => {
  it('is read with names that hold spaces, tabs, line ends and no UTF-8', () => {
    const [a, b] = ['1'.repeat(40), '2'.repeat(40)];
    const raw = Buffer.from(`:100644 100755 ${a} ${b} M\0a b\tc\nd\0:000000 120000 ${a} ${b} A\0\xff\0`, 'latin1');
    expect(readRawDiff(raw)).toEqual([
      { path: 'a b\tc\nd', oldMode: '100644', newMode: '100755', oldHash: a, newHash: b },
      { path: '\xff', oldMode: '000000', newMode: '120000', oldHash: a, newHash: b },
    ]);
  });
});
