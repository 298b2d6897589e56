import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { gradeRepo } from '../../src/graders/grade-repo.ts';
import type { RepoProblem } from '../../src/problem.ts';
import { openExecutor, type Executor } from '../../src/sandbox/process/exec.ts';
import { readTask } from '../../src/tasks/task-folder.ts';
import { newFolder, sealedTask } from '../support/sealed-task.ts';
import { buggy, mended, patchOf, sumsRepository } from '../support/small-repository.ts';

describe('grading an answer to a repository task', () => {
  let sandbox: Executor;
  let problem: RepoProblem;
  const repository = sumsRepository();
  beforeAll(async () => {
    sandbox = await openExecutor();
    problem = await sealedTask(repository, sandbox, (file) => ({ ...file, tests: { ...file.tests, timeout_s: 10 } }));
  });

  type Files = Parameters<typeof repository.write>[0];
  const patch = (files: Files) => patchOf(repository, repository.base, () => repository.write(files));
  const grade = async (text: string) => await gradeRepo(problem, { kind: 'patch', text }, { sandbox });

  it('is resolved by the gold patch, and says that tests and patch shared a process', async () => {
    const { goldPatch } = await readTask(problem.folder);
    const verdict = await grade(goldPatch.toString());
    expect(verdict).toEqual({ resolution: 'resolved', status: 'passed', weaker: true, gradeMs: expect.any(Number) });
  });

  it.each<[string, string, Files]>([
    ['resolved', 'in other words', { 'sums.mjs': mended.replace('a + b', '[a, b].reduce((x, y) => x + y)') }],
    ['fail', 'that mends nothing', { 'sums.mjs': buggy.replace('a - b', 'a * b') }],
    ['partial', 'that mends half of it', { 'sums.mjs': buggy.replace('a - b', 'a < 0 ? a - b : a + b') }],
    ['fail', 'that breaks what worked', { 'sums.mjs': mended.replace('a + a', 'a') }],
    ['fail', 'that does not load', { 'sums.mjs': 'export const add = (' }],
    ['fail', 'that ends the process, so that no test can speak', { 'sums.mjs': `${mended}process.exit(0);\n` }],
    [
      'fail',
      'that leaves a link for a report',
      {
        'sums.mjs': `import fs from 'node:fs';\n${mended}fs.rmSync(process.env.WHETSTONE_REPORT, { force: true }); fs.symlinkSync('/etc/hostname', process.env.WHETSTONE_REPORT); process.kill(process.ppid, 'SIGKILL');\n`,
      },
    ],
    ['timeout', 'that never ends', { 'sums.mjs': `${mended}while (true);\n` }],
  ])('is %s by a patch %s', async (resolution, _, files) => {
    const verdict = await grade(patch(files));
    expect(verdict.resolution).toBe(resolution);
    const status = { resolved: 'passed', timeout: 'timeout' }[resolution] ?? 'failed';
    expect(verdict.status).toBe(status);
    if (status !== 'passed') expect(verdict.detail).toMatch(new RegExp(`^${resolution}: .`));
  });

  it('puts back tests and settings that a patch changes, and says so', async () => {
    const always =
      "import { test } from 'node:test';\nfor (const name of ['doubles', 'adds', 'adds none', 'adds negative']) test(name, () => {});\n";
    const verdict = await grade(
      patch({ 'test/sums.test.mjs': always, 'package.json': '{ "type": "module", "scripts": { "test": "true" } }\n' }),
    );
    expect(verdict).toMatchObject({ resolution: 'fail', status: 'failed' });
    expect(verdict.detail).toContain('put back, being protected: package.json, test/sums.test.mjs');
  });

  it('puts back what test.patch touches even where a task protects nothing', async () => {
    const open = await sealedTask(repository, sandbox, (file) => ({
      ...file,
      tests: { ...file.tests, protected: [] },
    }));
    const text = patch({ 'test/sums.test.mjs': undefined, 'jest.config.js': '' });
    expect(await gradeRepo(open, { kind: 'patch', text }, { sandbox })).toMatchObject({
      resolution: 'fail',
      detail: expect.stringContaining('put back, being protected: jest.config.js, test/sums.test.mjs'),
    });
  });

  it('grades what else such a patch does', async () => {
    const verdict = await grade(
      patch({ 'sums.mjs': mended, 'test/sums.test.mjs': undefined, 'test/mine.test.mjs': '' }),
    );
    expect(verdict).toMatchObject({
      resolution: 'resolved',
      detail: 'resolved: put back, being protected: test/mine.test.mjs, test/sums.test.mjs',
    });
  });

  const header = (path: string, mode = '100644') =>
    `diff --git a/${path} b/${path}\nnew file mode ${mode}\n--- /dev/null\n+++ b/${path}\n@@ -0,0 +1 @@\n+x\n`;

  it.each([
    ['nonsense', 'no patch at all', /./],
    [header('sums.mjs'), 'a file that is there already', /already exists/],
    [header('../outside'), 'a way out', /outside|invalid path/],
    [header('/tmp/outside'), 'an absolute path', /outside|invalid path/],
    [header('.git/hooks/pre-commit', '100755'), 'a hook', /invalid path/],
    [header('sub/.GIT/config'), 'a repository within', /invalid path/],
    [header('node_modules/x/index.js'), 'a dependency', /"node_modules\/x\/index\.js" lies in node_modules/],
    [
      `${header('link', '120000').trimEnd()}\n\\ No newline at end of file\n`,
      'a symbolic link',
      /"link" would be a symbolic link/,
    ],
    [
      `diff --git a/sub b/sub\nnew file mode 160000\n--- /dev/null\n+++ b/sub\n@@ -0,0 +1 @@\n+Subproject commit ${'1'.repeat(40)}\n`,
      'a submodule',
      /"sub" would change a submodule/,
    ],
  ])('does not apply %j: %s', async (text, _, reason) => {
    expect(await grade(text)).toMatchObject({
      resolution: 'apply_failed',
      status: 'failed',
      detail: expect.stringMatching(reason),
    });
  });

  it('counts an answer without a patch as a failure, saying which', async () => {
    const answers = [
      [{ kind: 'patch', text: ' \n' }, 'no_patch: the patch is empty'],
      [{ kind: 'none', reason: 'refused' }, 'no_patch: refused'],
      [{ kind: 'program', text: 'x' }, 'no_patch: a program is no patch'],
    ] as const;
    for (const [answer, detail] of answers)
      expect(await gradeRepo(problem, answer, { sandbox })).toMatchObject({
        resolution: 'no_patch',
        status: 'failed',
        detail,
      });
  });

  it('takes a patch whose hunks are miscounted, as models write them, but not one whose text does not fit', async () => {
    const text = patch({ 'sums.mjs': mended });
    expect(await grade(text.replace(/@@ .* @@/, '@@ -1,7 +1,9 @@'))).toMatchObject({ resolution: 'resolved' });
    expect(await grade(text.replace('a - b', 'a / b'))).toMatchObject({ resolution: 'apply_failed' });
  });

  it('takes unreadable tests for infrastructure when they cannot be read without the answer either', async () => {
    const broken = {
      ...sandbox,
      exec: async (...[job, signal]: Parameters<Executor['exec']>) =>
        await sandbox.exec({ ...job, command: 'echo no runner; exit 1' }, signal),
    };
    const text = patch({ 'sums.mjs': mended });
    expect(await gradeRepo(problem, { kind: 'patch', text }, { sandbox: broken })).toMatchObject({
      resolution: 'error',
      status: 'error',
      detail: expect.stringMatching(/without the answer as well[\s\S]*no runner/),
    });
  });

  it('does not touch files of the host', async () => {
    const victim = join(newFolder('victim'), 'file');
    writeFileSync(victim, 'mine');
    const evil = `import fs from 'node:fs';\n${mended}let read = ''; try { read = fs.readFileSync('${victim}', 'utf8'); } catch {}\nexport const found = read;\nif (found) add = 0;\n`;
    expect(await grade(patch({ 'sums.mjs': evil }))).toMatchObject({ resolution: 'resolved' });
  });
});
