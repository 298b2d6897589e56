import { describe, expect, it } from 'vitest';
import { evalScript } from '../../src/graders/swe-bench/eval-script.ts';
import { templateOf } from '../../src/graders/swe-bench/grade-swe-bench.ts';
import { readLog } from '../../src/graders/swe-bench/read-log.ts';
import { directivesOf, filesOf, newFilesOf, testCommandOf } from '../../src/graders/swe-bench/test-command.ts';
import { sweBenchProblem } from '../support/swe-bench-problem.ts';

const read = (kind: 'pytest' | 'django' | 'sympy', log: string) => Object.fromEntries(readLog(log, kind));

describe('a log of pytest', () => {
  it('is read from its summary and from its verbose lines, colours or not', () => {
    const log = [
      'tests/test_a.py::test_one PASSED    [ 50%]',
      '\u001B[31mFAILED\u001B[0m tests/test_a.py::test_two - assert 1 == 2',
      'ERROR tests/test_b.py::test_three - fixture broke',
      'SKIPPED [2] tests/test_c.py:3: not here',
      'XFAIL tests/test_a.py::test_four',
      'PASSED tests/test_a.py::test_five[a b]',
    ].join('\n');
    expect(read('pytest', log)).toEqual({
      'tests/test_a.py::test_one': 'passed',
      'tests/test_a.py::test_two': 'failed',
      'tests/test_b.py::test_three': 'error',
      'tests/test_a.py::test_four': 'passed',
      'tests/test_a.py::test_five[a': 'passed',
    });
  });

  it('shortens a parameter that is a path of the machine it ran on', () => {
    expect(read('pytest', 'PASSED test_x.py::test[/home/me/file.txt]')).toEqual({
      'test_x.py::test[/file.txt]': 'passed',
    });
    expect(read('pytest', 'PASSED test_x.py::test[//host/file]')).toEqual({ 'test_x.py::test[//host/file]': 'passed' });
  });

  it('takes no sentence for a result', () => {
    expect(read('pytest', 'all tests PASSED yesterday\nPASSED\n   PASSED \nnothing FAILED')).not.toHaveProperty('all');
  });
});

describe("a log of django's runner", () => {
  it('is read line by line, with words that come late and what the end lists', () => {
    const log = [
      'test_one (app.tests.A) ... ok',
      'test_two (app.tests.A) ... skipped "no database"',
      'test_three (app.tests.A) ... FAIL',
      'test_four (app.tests.A) ... Internal Server Error: /x/',
      'ok',
      'test_five (app.tests.A)',
      'A sentence about five ... ok',
      'test_six (app.tests.A) ... expected failure',
      'ERROR: test_seven (app.tests.B)',
    ].join('\n');
    expect(read('django', log)).toEqual({
      'test_one (app.tests.A)': 'passed',
      'test_two (app.tests.A)': 'skipped',
      'test_three (app.tests.A)': 'failed',
      'test_four (app.tests.A)': 'passed',
      'A sentence about five': 'passed',
      'test_six (app.tests.A)': 'passed',
      'test_seven (app.tests.B)': 'error',
    });
  });
});

describe("a log of sympy's runner", () => {
  it('is read by its letters', () => {
    const log = 'test_a ok\ntest_b F\ntest_c E\ntest_d f\ntest_e s\ntest_f ok [OK]\nnot_a_test ok';
    expect(read('sympy', log)).toEqual({
      test_a: 'passed',
      test_b: 'failed',
      test_c: 'error',
      test_d: 'passed',
      test_e: 'skipped',
      test_f: 'passed',
    });
  });
});

describe('the tests of a patch', () => {
  const patch = [
    'diff --git a/tests/app/tests.py b/tests/app/tests.py',
    '--- a/tests/app/tests.py',
    '+++ b/tests/app/tests.py',
    'diff --git a/tests/app/data.json b/tests/app/data.json',
    '--- /dev/null',
    '+++ b/tests/app/data.json',
  ].join('\n');

  it('are its files without the data among them, as the runner wants them', () => {
    const [django, pytest] = ['django/django', 'psf/requests'].map((repo) => testCommandOf(repo));
    expect(django && directivesOf(patch, django)).toEqual(['app.tests']);
    expect(pytest && directivesOf(patch, pytest)).toEqual(['tests/app/tests.py']);
    expect(filesOf(patch)).toEqual(['tests/app/tests.py', 'tests/app/data.json']);
    expect(newFilesOf(patch)).toEqual(['tests/app/data.json']);
  });

  it('are put back over whatever the answer did to them before they run', () => {
    const lines = evalScript({ ...sweBenchProblem(), testPatch: patch }).split('\n');
    const at = (part: string) => lines.findIndex((line) => line.includes(part));
    expect(at('answer.patch')).toBeLessThan(at('git checkout'));
    expect(at("rm -f 'tests/app/data.json'")).toBeLessThan(at('test.patch'));
    expect(at('test.patch')).toBeLessThan(at('runtests.py'));
  });
});

it('a template is named by the instance in the letters that E2B allows', () => {
  expect(templateOf('swe-{{instanceId}}', 'django__django-11001')).toBe('swe-django-django-11001');
});
