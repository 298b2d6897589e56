import type { SweBenchProblem } from '../../src/problem.ts';

/** Ours, in the shape of a row of SWE-bench; its repository is made by the test that needs one. */
export const sweBenchProblem = (): SweBenchProblem => ({
  kind: 'swe-bench',
  id: 'sample__project-1',
  prompt: 'double() returns its argument plus two.',
  tags: ['django/django'],
  cluster: 'django/django',
  repo: 'django/django',
  baseCommit: 'HEAD',
  version: '4.0',
  goldPatch: [
    'diff --git a/sample.py b/sample.py',
    '--- a/sample.py',
    '+++ b/sample.py',
    '@@ -1,2 +1,2 @@',
    ' def double(n):',
    '-    return n + 2',
    '+    return n * 2',
    '',
  ].join('\n'),
  testPatch: [
    'diff --git a/tests/numbers/tests.py b/tests/numbers/tests.py',
    '--- a/tests/numbers/tests.py',
    '+++ b/tests/numbers/tests.py',
    '@@ -6,3 +6,6 @@',
    ' class Numbers(unittest.TestCase):',
    '     def test_two(self):',
    '         self.assertEqual(double(2), 4)',
    '+',
    '+    def test_three(self):',
    '+        self.assertEqual(double(3), 6)',
    '',
  ].join('\n'),
  failToPass: ['test_three (numbers.tests.Numbers)'],
  passToPass: ['test_two (numbers.tests.Numbers)'],
});
