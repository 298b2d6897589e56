import { spawn } from 'node:child_process';
import { appendFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { openExecutor, type Executor } from '../../src/sandbox/process/exec.ts';
import { loadTasks } from '../../src/tasks/load-tasks.ts';
import { newTask } from '../../src/tasks/new-task.ts';
import { openScratch } from '../../src/tasks/scratch.ts';
import { readTask, writeTask } from '../../src/tasks/task-folder.ts';
import { openTrees } from '../../src/tasks/trees.ts';
import { validateTask } from '../../src/tasks/validate-task.ts';
import { mended, smallRepository, sumsRepository, type SmallRepository } from '../support/small-repository.ts';
import { newFolder } from '../support/sealed-task.ts';

const stateOf = ({ git, path }: SmallRepository) => ({
  head: git('rev-parse', 'HEAD'),
  status: git('status', '--porcelain=v2', '--branch'),
  refs: git('for-each-ref'),
  worktrees: git('worktree', 'list'),
  objects: git('count-objects', '-v'),
  files: readdirSync(path).toSorted(),
});

describe('a task of a commit', () => {
  it('has the tests hidden, the rest as the answer, and a draft of what to do', async () => {
    const repository = sumsRepository();
    const before = stateOf(repository);
    const { folder, file } = await newTask({ repo: repository.path, commit: 'HEAD', out: newFolder('tasks') });
    const part = (name: string) => readFileSync(join(folder, name), 'utf8');
    expect(file).toMatchObject({
      title: 'fix(sums): add adds',
      type: 'bugfix',
      tags: ['sums'],
      repo: { git: repository.path, base_commit: repository.base },
      tests: { parser: 'tap', fail_to_pass: [] },
      provenance: { source_commit: repository.fix, author: 'Ada', licence: 'MIT' },
    });
    expect(part('test.patch')).toMatch(/^whetstone task canary .*\ndiff --git a\/test\/sums\.test\.mjs/);
    expect(part('test.patch')).not.toContain('sums.mjs b/sums.mjs');
    expect(part('gold.patch')).toContain('+export const add = (a, b) => a + b;');
    expect(part('gold.patch')).not.toContain('test/');
    expect(part('instruction.md')).toMatch(/<!-- draft -->[\s\S]*# fix\(sums\): add adds\n\nIt subtracted\.\n$/);
    expect(stateOf(repository)).toEqual(before);
  });

  it('gives the commit back, whatever its files are called and hold', async () => {
    const repository = smallRepository();
    const binary = Buffer.from(Array.from({ length: 3000 }, (_, index) => (index * 7) % 256));
    repository.write({
      'old name.mjs': 'export const x = 1;\n'.repeat(20),
      'gone\t"now"\n.txt': 'x',
      'picture.bin': binary,
      'run.sh': 'echo\n',
      'test/a.test.mjs': '',
      'no-end': 'no line end',
    });
    repository.commit('before');
    repository.write({
      'old name.mjs': undefined,
      'näme with spaces.mjs': 'export const x = 1;\n'.repeat(20),
      'gone\t"now"\n.txt': undefined,
      'picture.bin': Buffer.from(binary).reverse(),
      'run.sh': { script: 'echo\n' },
      '-rf.mjs': 'export {};\r\n',
      'no-end': 'still none',
      'test/-b $(touch owned).test.mjs': "import test from 'node:test'; import '../-rf.mjs'; test('b', () => {});",
      'test/data.bin': binary,
    });
    const after = repository.commit('feat: after');
    const { folder, file } = await newTask({ repo: repository.path, commit: after, out: newFolder('tasks') });
    const task = await readTask(folder);
    const scratch = await openScratch();
    const trees = await openTrees(repository.path, scratch.folder);
    const base = await trees.treeOf(file.repo.base_commit);
    const gold = await trees.apply(base, task.goldPatch);
    const both = 'tree' in gold ? await trees.apply(gold.tree, task.testPatch) : gold;
    await scratch.remove();
    expect(both).toEqual({
      tree: await trees.treeOf(after).catch(() => repository.git('rev-parse', `${after}^{tree}`)),
    });
    const { refused } = await validateTask(folder, { sandbox: await openExecutor(), runs: 1 });
    expect(refused).toBeUndefined();
  });

  it('is made by git alone: no hook, no setting and no filter of the repository runs', async () => {
    const repository = sumsRepository();
    const planted = join(repository.path, 'planted');
    repository.write({ '.git/hooks/post-checkout': { script: `#!/bin/sh\ntouch ${planted}\n` } });
    repository.write({ '.git/hooks/post-index-change': { script: `#!/bin/sh\ntouch ${planted}\n` } });
    repository.git('config', 'core.fsmonitor', `touch ${planted}`);
    repository.git('config', 'diff.external', `touch ${planted}`);
    repository.git('config', 'filter.evil.smudge', `touch ${planted}; cat`);
    repository.write({ '.git/info/attributes': '* filter=evil diff=evil\n' });
    const { folder } = await newTask({ repo: repository.path, commit: repository.fix, out: newFolder('tasks') });
    await validateTask(folder, { sandbox: await openExecutor(), runs: 1 });
    expect(existsSync(planted)).toBe(false);
  });

  it.each<[string, (repository: ReturnType<typeof sumsRepository>) => string, RegExp]>([
    ['a root commit', ({ base }) => base, /is a root commit/],
    ['a commit it has not', () => 'f'.repeat(40), /has no commit f/],
    ['an option instead of a commit', () => '--output=/tmp/x', /has no commit --output/],
    [
      'a merge',
      (repository) => {
        repository.git('checkout', '--quiet', '-b', 'side', repository.base);
        repository.write({ b: 'x' });
        repository.commit('side');
        repository.git('merge', '--quiet', '--no-edit', repository.fix);
        return 'HEAD';
      },
      /is a merge/,
    ],
    [
      'a commit without tests',
      (repository) => {
        repository.write({ 'sums.mjs': `${mended}\n` });
        return repository.commit('x');
      },
      /changes no tests/,
    ],
    [
      'a commit of tests alone',
      (repository) => {
        repository.write({ 'test/b.test.mjs': '' });
        return repository.commit('x');
      },
      /nothing but tests/,
    ],
    [
      'a symbolic link',
      (repository) => {
        repository.write({ 'test/b.test.mjs': '', etc: { link: '/etc' } });
        return repository.commit('x');
      },
      /changes a symbolic link, "etc"/,
    ],
    [
      'a submodule',
      (repository) => {
        repository.write({ 'test/b.test.mjs': '' });
        repository.git('update-index', '--add', '--cacheinfo', `160000,${repository.base},vendor`);
        repository.git('add', 'test');
        repository.git('commit', '--quiet', '-m', 'x');
        return 'HEAD';
      },
      /changes a submodule, "vendor"/,
    ],
    [
      'tests that nothing known runs',
      (repository) => {
        repository.write({ 'test/b.txt': '', 'sums.mjs': 'export {};' });
        return repository.commit('x');
      },
      /no test runner is known/,
    ],
  ])('is refused: %s', async (_, commitOf, complaint) => {
    const repository = sumsRepository();
    const commit = commitOf(repository);
    await expect(newTask({ repo: repository.path, commit, out: newFolder('tasks') })).rejects.toThrow(complaint);
  });
});

describe('validating a task', () => {
  let sandbox: Executor;
  beforeAll(async () => {
    sandbox = await openExecutor();
  });

  it('finds what is to be mended and what is to be kept, and seals the task', async () => {
    const repository = sumsRepository();
    const out = newFolder('tasks');
    const { folder } = await newTask({ repo: repository.path, commit: repository.fix, out });
    await expect(loadTasks(out)).rejects.toThrow(/was never validated: run `whetstone-evals task validate/);
    const before = stateOf(repository);
    const { measured, refused } = await validateTask(folder, { sandbox, runs: 5 });
    expect({ refused, measured }).toEqual({
      refused: undefined,
      measured: {
        fail_to_pass: ['adds', 'adds negative'],
        pass_to_pass: ['adds none', 'doubles'],
        quarantine: [],
        broken: [],
        neverPassed: [],
      },
    });
    expect(stateOf(repository)).toEqual(before);
    const dataset = await loadTasks(out);
    expect(dataset.problems).toMatchObject([{ kind: 'repo', folder, tags: ['bugfix', 'easy', 'javascript', 'sums'] }]);

    appendFileSync(join(folder, 'instruction.md'), 'The answer is in the git log.\n');
    await expect(loadTasks(out)).rejects.toThrow(/was changed since it was validated/);
  });

  it('puts a test that passes now and then into quarantine, with how often', async () => {
    const repository = sumsRepository();
    const flaky = `import { test } from 'node:test';\nimport assert from 'node:assert';\ntest('now and then', () => assert.ok(Number(process.env.RUN) % 2));\n`;
    repository.write({
      'sums.mjs': `${mended}export const more = 1;\n`,
      'test/more.test.mjs': `${flaky}const { more } = await import('../sums.mjs');\ntest('more', () => assert.equal(more, 1));\n`,
    });
    const { folder } = await newTask({
      repo: repository.path,
      commit: repository.commit('feat: more'),
      out: newFolder('tasks'),
    });
    let runs = 0;
    const counted: Executor = {
      ...sandbox,
      exec: async (job, signal) => await sandbox.exec({ ...job, env: { ...job.env, RUN: String(runs++) } }, signal),
    };
    const { refused } = await validateTask(folder, { sandbox: counted, runs: 5 });
    expect(refused).toBeUndefined();
    expect((await readTask(folder)).file.tests).toMatchObject({
      fail_to_pass: ['more'],
      pass_to_pass: [],
      quarantine: [{ test: 'now and then', base: '2/5', gold: '3/5' }],
    });
  });

  it('names a task whose answer mends nothing, with its log, and does not let it in', async () => {
    const repository = sumsRepository();
    const out = newFolder('tasks');
    const { folder } = await newTask({ repo: repository.path, commit: repository.fix, out });
    const task = await readTask(folder);
    await writeTask(
      { ...task, goldPatch: Buffer.from(task.goldPatch.toString().replace('a + b;', 'a * b;')) },
      { seal: false },
    );
    const { refused } = await validateTask(folder, { sandbox, runs: 2 });
    expect(refused?.reason).toBe('no test fails 2/2 times on the base and passes 2/2 times with gold.patch');
    expect(refused?.log).toContain('$ node --test');
    await expect(loadTasks(out)).rejects.toThrow(/was never validated/);
  });

  it.each<[string, (files: Awaited<ReturnType<typeof readTask>>) => Awaited<ReturnType<typeof readTask>>, RegExp]>([
    [
      'its answer does not apply',
      (task) => ({ ...task, goldPatch: Buffer.from('nonsense') }),
      /gold\.patch does not apply/,
    ],
    [
      'its tests do not apply',
      (task) => ({ ...task, testPatch: Buffer.from('nonsense') }),
      /test\.patch does not apply/,
    ],
    [
      'its answer changes what is protected',
      (task) => ({ ...task, file: { ...task.file, tests: { ...task.file.tests, protected: ['*.mjs'] } } }),
      /gold\.patch changes what is protected: sums\.mjs/,
    ],
    [
      'its tests do not end',
      (task) => ({
        ...task,
        file: { ...task.file, tests: { ...task.file.tests, command: 'sleep 100', timeout_s: 0.5 } },
      }),
      /did not end within 0\.5 s/,
    ],
    [
      'its set-up fails',
      (task) => ({ ...task, file: { ...task.file, env: { ...task.file.env, setup: ['echo no compiler; exit 4'] } } }),
      /setup failed: .*exit code 4/,
    ],
  ])('refuses a task when %s', async (_, change, reason) => {
    const repository = sumsRepository();
    const { folder } = await newTask({ repo: repository.path, commit: repository.fix, out: newFolder('tasks') });
    await writeTask(change(await readTask(folder)), { seal: false });
    const { refused } = await validateTask(folder, { sandbox, runs: 1 });
    expect(refused?.reason).toMatch(reason);
  });

  it('takes a task from a bundle, and of a python repository', async () => {
    const repository = smallRepository();
    const test = (body: string) =>
      `import unittest, sums\nclass T(unittest.TestCase):\n  def test_add(self): ${body}\n`;
    repository.write({ 'sums.py': 'def add(a, b): return a - b\n', 'test_sums.py': test('pass') });
    repository.commit('before');
    repository.write({
      'sums.py': 'def add(a, b): return a + b\n',
      'test_sums.py': test('self.assertEqual(sums.add(1, 2), 3)'),
    });
    const commit = repository.commit('fix: add');
    const { folder } = await newTask({
      repo: repository.path,
      commit,
      out: newFolder('tasks'),
      command: 'python3 -m unittest -q',
      parser: 'exit-code',
    });
    repository.git('bundle', 'create', join(folder, 'repo.bundle'), '--all');
    const task = await readTask(folder);
    await writeTask(
      { ...task, file: { ...task.file, repo: { ...task.file.repo, git: 'repo.bundle' } } },
      { seal: false },
    );
    const { refused, measured } = await validateTask(folder, { sandbox, runs: 2 });
    expect({ refused, tests: measured.fail_to_pass }).toEqual({ refused: undefined, tests: ['command'] });
  });

  it('leaves nothing behind when it is killed that the next run would mind, and that removes it', async () => {
    const repository = sumsRepository();
    const { folder } = await newTask({ repo: repository.path, commit: repository.fix, out: newFolder('tasks') });
    const task = await readTask(folder);
    const slow = { ...task.file, tests: { ...task.file.tests, command: 'sleep 30' } };
    await writeTask({ ...task, file: slow }, { seal: false });
    const before = stateOf(repository);
    const temporary = newFolder('killed');
    const child = spawn(
      join(import.meta.dirname, '../../../node_modules/.bin/tsx'),
      [join(import.meta.dirname, '../../src/whetstone-evals.ts'), 'task', 'validate', folder],
      { stdio: 'ignore', detached: true, env: { ...process.env, TMPDIR: temporary } },
    );
    const copies = () => readdirSync(temporary).filter((name) => name.startsWith('whetstone-task-'));
    const running = () =>
      copies().some((name) => readdirSync(join(temporary, name)).some((part) => part.startsWith('run-')));
    await expect.poll(running, { timeout: 60_000 }).toBe(true);
    process.kill(-(child.pid ?? 0), 'SIGKILL');
    await new Promise((resolve) => child.once('close', resolve));
    expect(copies()).toHaveLength(1);
    expect(stateOf(repository)).toEqual(before);

    await writeTask(task, { seal: false });
    const { refused } = await validateTask(folder, { sandbox, runs: 1 });
    expect(refused).toBeUndefined();
    const next = await openScratch(temporary);
    expect(copies()).toEqual([next.folder.split('/').at(-1)]);
    await next.remove();
  });
});

describe('a folder of tasks', () => {
  it('is refused when two are called the same, one is not whole, or there is none', async () => {
    const out = newFolder('tasks');
    await expect(loadTasks(out)).rejects.toThrow(/no task \(a folder with a task\.toml\)/);
    await expect(loadTasks(join(out, 'nowhere'))).rejects.toThrow(/no folder/);
    const repository = sumsRepository();
    const { folder } = await newTask({ repo: repository.path, commit: repository.fix, out });
    writeFileSync(join(folder, 'task.toml'), 'schema = 1');
    await expect(loadTasks(out)).rejects.toThrow(/task\.toml:1: schema: /);
  });
});
