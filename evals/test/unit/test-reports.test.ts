import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { TestParser } from '../../src/tasks/task-file.ts';
import { readTestReport, type TestOutput } from '../../src/tasks/test-report.ts';

// Written by vitest 4.1.12, jest 30.5.2, pytest and node 20.20 from the same kind of tests: passing, failing, skipped, to
// be done, named alike, nested, with broken hooks, and in files that do not load.
const fixture = (name: string) => readFileSync(join(import.meta.dirname, 'fixtures/test-reports', name), 'utf8');

const read = (parser: TestParser, output: Partial<TestOutput>) => {
  const report = readTestReport(parser, { root: '/srv/repo', stdout: '', ...output });
  return 'tests' in report ? Object.fromEntries(report.tests) : report.unreadable;
};

const written: { parser: TestParser; file: string; expected: Record<string, string> }[] = [
  {
    parser: 'vitest-json',
    file: 'vitest.json',
    expected: {
      'vt/a.test.mjs > adds': 'passed',
      'vt/a.test.mjs > fails': 'failed',
      'vt/a.test.mjs > skipped': 'skipped',
      'vt/a.test.mjs > to do': 'skipped',
      'vt/a.test.mjs > a > suite > inner': 'passed',
      'vt/a.test.mjs > a > suite > inner #2': 'passed',
      'vt/a.test.mjs > each 1': 'passed',
      'vt/a.test.mjs > each 2': 'passed',
      'vt/sub/b.test.mjs': 'error',
      'vt/sub/c.test.mjs > y': 'skipped',
      'vt/sub/c.test.mjs': 'error',
    },
  },
  {
    parser: 'jest-json',
    file: 'jest.json',
    expected: {
      'a.test.js > adds': 'passed',
      'a.test.js > fails': 'failed',
      'a.test.js > skipped': 'skipped',
      'a.test.js > to do': 'skipped',
      'a.test.js > suite > inner': 'passed',
      'a.test.js > suite > inner #2': 'passed',
      'c.test.js > y': 'failed',
      'b.test.js': 'error',
    },
  },
  {
    parser: 'pytest-junit',
    file: 'pytest.xml',
    expected: {
      test_y: 'error',
      'test_x::test_ok': 'passed',
      'test_x::test_bad': 'failed',
      'test_x::test_skip': 'skipped',
      'test_x::test_xfail': 'skipped',
      'test_x::test_p[1]': 'passed',
      [String.raw`test_x::test_p[\xe9<>&"]`]: 'passed',
      'test_x.TestC::test_in': 'passed',
      'test_x::test_err': 'error',
      'test_x::test_teardown': 'error',
    },
  },
  {
    parser: 'tap',
    file: 'node.tap',
    expected: {
      adds: 'passed',
      fails: 'failed',
      skips: 'skipped',
      'todo fails': 'skipped',
      'a suite > inner': 'passed',
      'a suite > inner #2': 'passed',
      'a suite > inner # hash': 'passed',
      'a suite > deeper > leaf': 'failed',
      'a suite > deeper': 'failed',
      'a suite': 'failed',
      'adds #2': 'passed',
      'parent > child': 'passed',
      parent: 'passed',
      'c.test.mjs': 'failed',
      // It ended the process: the tests it has are simply not there.
      'd.test.mjs': 'passed',
    },
  },
];

describe.each(written)('what $file says', ({ parser, file, expected }) => {
  it('is read test by test, under names of their own', () => {
    expect(read(parser, { report: fixture(file) })).toEqual(expected);
  });

  it('is read from stdout where no report was written', () => {
    expect(read(parser, { stdout: fixture(file) })).toEqual(expected);
  });

  it('says nothing at all when it is cut off anywhere before its last test', () => {
    const text = fixture(file);
    const end = parser === 'tap' ? text.indexOf('\n1..9') : text.trimEnd().length - 1;
    const readable = Array.from({ length: Math.ceil(end / 29) }, (_, index) => text.slice(0, index * 29)).filter(
      (cut) => typeof read(parser, { report: cut }) !== 'string',
    );
    expect(readable).toEqual([]);
  });

  it('says nothing when its beginning is missing, as stdout that was too long', () => {
    expect(read(parser, { stdout: fixture(file).slice(100) })).toBeTypeOf('string');
  });
});

describe('go test -json', () => {
  const lines = (...events: object[]) => events.map((event) => JSON.stringify(event)).join('\n');
  const start = { Action: 'start', Package: 'a' };
  const runs = (Test: string) => ({ Action: 'run', Package: 'a', Test });
  const ends = (Action: string, Test: string) => ({ Action, Package: 'a', Test });

  it('names tests by package and subtest', () => {
    const report = lines(
      start,
      runs('TestX'),
      runs('TestX/sub'),
      ends('pass', 'TestX/sub'),
      ends('pass', 'TestX'),
      runs('TestY'),
      ends('fail', 'TestY'),
      runs('TestZ'),
      ends('skip', 'TestZ'),
      { Action: 'output', Package: 'a', Output: 'FAIL\n' },
      { Action: 'fail', Package: 'a' },
    );
    expect(read('go-json', { report })).toEqual({
      'a/TestX/sub': 'passed',
      'a/TestX': 'passed',
      'a/TestY': 'failed',
      'a/TestZ': 'skipped',
    });
  });

  it('blames the package when no test is to blame: it does not build, or panicked', () => {
    const report = lines(start, runs('TestX'), { Action: 'fail', Package: 'a' });
    expect(read('go-json', { report })).toEqual({ a: 'error', 'a/TestX': 'error' });
  });

  it('says nothing when a package never ended, or a line is cut', () => {
    const whole = lines(start, runs('TestX'), ends('pass', 'TestX'));
    expect(read('go-json', { report: whole })).toBe('a began and never ended');
    expect(read('go-json', { report: whole.slice(0, -3) })).toMatch(/^line 3 /);
  });
});

describe('an exit code', () => {
  it('is all there is to say', () => {
    expect(read('exit-code', { exitCode: 0 })).toEqual({ command: 'passed' });
    expect(read('exit-code', { exitCode: 1 })).toEqual({ command: 'failed' });
  });

  it.each([{ exitCode: 126 }, { exitCode: 127 }, {}])('that was not the command’s own says nothing (%o)', (output) => {
    expect(read('exit-code', output)).toBeTypeOf('string');
  });
});

describe('reports that contradict themselves', () => {
  it('are not believed: JSON that lists fewer tests than it counts', () => {
    const report = fixture('vitest.json').replace(/"numTotalTests": ?9/, '"numTotalTests":10');
    expect(read('vitest-json', { report })).toMatch(/speaks of 10 tests and lists 9/);
  });

  it('are not believed: TAP that planned more than it told', () => {
    expect(read('tap', { report: 'TAP version 13\nok 1 - a\n1..2\n' })).toMatch(/planned 2 tests and told of 1/);
    expect(read('tap', { report: 'TAP version 13\nok 1 - a\nBail out! no disk\n' })).toMatch(/bailed out/);
  });

  it.each(['vitest-json', 'jest-json', 'pytest-junit', 'tap', 'go-json'] as const)(
    'are not believed: %s that is empty, or something else',
    (parser) => {
      for (const report of ['', '{}', '<html/>', 'all tests passed'])
        expect(read(parser, { report })).toBeTypeOf('string');
    },
  );
});
