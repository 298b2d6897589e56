import { execFileSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gradeSweBench } from '../../src/graders/swe-bench/grade-swe-bench.ts';
import { openE2bSandbox } from '../../src/sandbox/e2b/open.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { startE2bStandIn } from '../support/e2b-stand-in.ts';
import { sweBenchProblem } from '../support/swe-bench-problem.ts';

const problem = sweBenchProblem();

/** A repository that is tested as Django is, in a machine that looks like an image of SWE-bench. */
async function instanceImage(folder: string) {
  const files: Record<string, string> = {
    'opt/miniconda3/bin/activate': 'conda() { :; }\n',
    'testbed/sample.py': 'def double(n):\n    return n + 2\n',
    'testbed/tests/numbers/__init__.py': '',
    'testbed/tests/numbers/tests.py':
      'import unittest\n\nfrom sample import double\n\n\nclass Numbers(unittest.TestCase):\n    def test_two(self):\n        self.assertEqual(double(2), 4)\n',
    // As unittest names tests before Python 3.11, which is how SWE-bench knows them.
    'testbed/tests/runtests.py': `#!/usr/bin/env python3
import os, sys, unittest
here = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [here, os.path.dirname(here)]
class Named(unittest.TextTestResult):
    def getDescription(self, test):
        return f"{test._testMethodName} ({type(test).__module__}.{type(test).__qualname__})"
names = [name for name in sys.argv[1:] if not name.startswith("-") and not name.isdigit()]
suite = unittest.defaultTestLoader.loadTestsFromNames(names)
unittest.TextTestRunner(stream=sys.stdout, verbosity=2, resultclass=Named).run(suite)
`,
  };
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text, { mode: 0o755 });
  }
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=sample', '-c', 'user.email=sample@example.invalid', ...args], {
      cwd: join(folder, 'testbed'),
      stdio: 'ignore',
    });
  git('init', '-q');
  git('add', '-A');
  git('commit', '-qm', 'base');
}

const isRoot = process.getuid?.() === 0;

describe.skipIf(!isRoot)(`SWE-bench in rented machines${isRoot ? '' : ' (skipped: the stand-in needs root)'}`, () => {
  let standIn: Awaited<ReturnType<typeof startE2bStandIn>>;
  let sandbox: Sandbox;
  beforeAll(async () => {
    standIn = await startE2bStandIn({
      async template(name, folder) {
        if (name !== 'swe-sample-project-1') return false;
        await instanceImage(folder);
        return true;
      },
    });
    sandbox = await openE2bSandbox({ workers: 1, hashSeed: 0, pauseMs: () => 1 }, standIn.config);
  });
  afterAll(async () => {
    await sandbox.close();
    await standIn.close();
  });
  const grade = (text: string, template = 'swe-{{instanceId}}') =>
    gradeSweBench(problem, { kind: 'patch', text }, { sandbox, template, timeoutMs: 30_000 });

  it('resolves by the gold patch', async () => {
    expect(await grade(problem.goldPatch)).toMatchObject({ status: 'passed', weaker: true });
  });

  it('fails a patch that mends nothing, naming the tests', async () => {
    const useless = problem.goldPatch.replace('n * 2', 'n + 2  # mended');
    const { status, detail } = await grade(useless);
    expect(status).toBe('failed');
    expect(detail).toContain('not mended: test_three (numbers.tests.Numbers) (failed)');
  });

  it('fails a patch that mends one and breaks another', async () => {
    const { detail } = await grade(problem.goldPatch.replace('n * 2', '6'));
    expect(detail).toContain('broken: test_two (numbers.tests.Numbers)');
  });

  it('says that a patch does not apply, and that there is none', async () => {
    expect(await grade(problem.goldPatch.replace('n + 2', 'm - 1'))).toMatchObject({
      status: 'failed',
      detail: expect.stringContaining('apply_failed'),
    });
    expect(await grade('')).toMatchObject({ status: 'failed', detail: 'no_patch' });
  });

  it('puts the tests back that a patch bent', async () => {
    const bent = [
      'diff --git a/tests/numbers/tests.py b/tests/numbers/tests.py',
      '--- a/tests/numbers/tests.py',
      '+++ b/tests/numbers/tests.py',
      '@@ -5,4 +5,4 @@',
      ' ',
      ' class Numbers(unittest.TestCase):',
      '     def test_two(self):',
      '-        self.assertEqual(double(2), 4)',
      '+        pass',
      '',
    ].join('\n');
    expect(await grade(bent)).toMatchObject({ status: 'failed', detail: expect.stringContaining('test_three') });
  });

  it('calls a missing template an error of ours', async () => {
    await expect(grade(problem.goldPatch, 'nobody-made-this')).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('refuses other sandboxes in words', async () => {
    const local = { tier: 'process' as const };
    const grading = { sandbox: local, template: 'x', timeoutMs: 1000 };
    await expect(gradeSweBench(problem, { kind: 'patch', text: problem.goldPatch }, grading)).rejects.toThrow(
      /choose the sandbox e2b/,
    );
  });
});
