import { access, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { expireTaskSets } from '../../src/features/evals/datasets/expire.ts';
import { projectDatasetFinder } from '../../src/features/evals/datasets/find-project-dataset.ts';
import { taskFolders } from '../../src/features/evals/datasets/task-folders.ts';
import { jobScope } from '../../src/features/evals/runs/run-scope.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { describeOnEngines } from '../support/engines.ts';
import { insertRun } from '../support/run-rows.ts';
import { someTasks } from '../support/task-files.ts';

const dayMs = 86_400_000;

describeOnEngines('data sets of a project', (engine) => {
  let app: TestApp;
  let tasks: Awaited<ReturnType<typeof someTasks>>;
  const folder = () => join(app.directory, 'evals-cache', 'task-sets');
  /** As runs find them, on the same disk. */
  const find = (...[within, ...wanted]: Parameters<ReturnType<typeof projectDatasetFinder>>) =>
    projectDatasetFinder({ folders: taskFolders(folder()), reposDirs: [dirname(tasks.repository.path)] })(
      within,
      ...wanted,
    );
  const scope = () => jobScope(app.database, app.projectId);

  beforeAll(async () => {
    tasks = await someTasks();
    app = await startApp(engine, { evals: { reposDirs: [dirname(tasks.repository.path)] } });
  });
  afterAll(async () => {
    await app.close();
    await tasks.remove();
  });

  const refusal = async (name: string, given: Record<string, Record<string, string>>) => {
    try {
      await app.admin.createEvalDataset({ name, tasks: given });
    } catch (error) {
      return error as { code: string; message: string; errors?: { path: string; message: string }[] };
    }
    throw new Error('it was taken');
  };

  it('are tasks with a bundle beside them, and found again as the harness reads them', async () => {
    const made = await app.admin.createEvalDataset({ name: 'own', tasks: { sums: await tasks.whole() } });
    expect(made).toMatchObject({ name: 'own', source: 'project', problemCount: 1, isAvailable: true });
    const found = await find(scope(), 'own');
    expect(found).toMatchObject({
      name: 'own',
      sha256: made.sha256,
      problems: [{ id: 'sums', prompt: 'Mend add.\n' }],
    });
    const [problem] = found!.problems;
    if (problem?.kind !== 'repo') throw new Error('a task is a change to a repository');
    expect((await readdir(problem.folder)).toSorted()).toEqual([
      'gold.patch',
      'instruction.md',
      'repo.bundle',
      'task.toml',
      'test.patch',
    ]);
    expect((await stat(dirname(problem.folder))).mode & 0o077).toBe(0);
    expect(await find(scope(), 'nobodys')).toBeUndefined();
  });

  it('are listed with what everybody has, and with why some of that is not there', async () => {
    const { items, nextCursor } = await app.admin.listEvalDatasets({});
    expect(nextCursor).toBeNull();
    expect(items.map(({ name, source, isAvailable }) => [name, source, isAvailable])).toEqual([
      ['starter', 'built-in', true],
      ['humaneval', 'server folder', false],
      ['mbpp', 'server folder', false],
      ['mbpp-sanitized', 'server folder', false],
      ['swe-bench-lite', 'server folder', false],
      ['own', 'project', true],
    ]);
    expect(items[1]!.detail).toContain('whetstone-evals datasets pull humaneval');
    const names: string[] = [];
    for (let cursor: string | undefined; ;) {
      const page = await app.admin.listEvalDatasets({ limit: 4, ...(cursor && { cursor }) });
      names.push(...page.items.map(({ name }) => name));
      if (page.nextCursor === null) break;
      cursor = page.nextCursor;
    }
    expect(names).toEqual(items.map(({ name }) => name));
  });

  it('name every task and field at fault, and no path of the server', async () => {
    const good = await tasks.whole();
    const misspelt = {
      ...good,
      'task.toml': good['task.toml']!.replace('difficulty = "easy"', 'difficulty = "trivial"'),
    };
    const changed = { ...good, 'instruction.md': 'Something else.\n' };
    const { 'gold.patch': _, ...lacking } = good;
    const error = await refusal('bad', { misspelt, changed, lacking, fine: good });
    expect(error.code).toBe('invalid');
    expect(error.errors).toEqual([
      {
        path: 'tasks.changed',
        message: 'task sums was changed since it was validated: run `whetstone-evals task validate changed`',
      },
      { path: 'tasks.lacking', message: 'lacking is no task: it lacks the file gold.patch' },
      { path: 'tasks.misspelt', message: expect.stringMatching(/^task.toml:\d+: difficulty: /) },
    ]);
    expect(error.message).not.toContain(app.directory);
    expect((await refusal('bad', { one: good, two: good })).message).toContain(
      'two tasks are called sums: one and two',
    );
  });

  it('cannot write outside of their folders', async () => {
    const good = await tasks.whole();
    for (const path of ['../evil.patch', '/etc/evil', 'a/b.bundle', '..bundle', '.git', 'hook.sh'])
      expect(await refusal('bad', { sums: { ...good, [path]: 'x' } })).toMatchObject({
        code: 'invalid',
        errors: [{ path: `tasks.sums.${path}` }],
      });
    expect((await refusal('bad', { sums: { ...good, 'repo.bundle': 'not base64!' } })).message).toContain('in base64');
    await expect(app.admin.createEvalDataset({ name: 'bad', tasks: { '../up': good } })).rejects.toMatchObject({
      code: 'invalid',
    });
    expect((await readdir(folder())).every((name) => /^[0-9a-f]{64}$/.test(name))).toBe(true);
  });

  it('name repositories below the folders of the server alone', async () => {
    const at = async (git: string, commit = tasks.repository.base) => ({
      sums: await tasks.files((file) => ({ ...file, repo: { ...file.repo, git, base_commit: commit } })),
    });
    const { path } = tasks.repository;
    expect(await app.admin.createEvalDataset({ name: 'of-server', tasks: await at(path) })).toMatchObject({
      problemCount: 1,
    });
    for (const outside of ['/etc', '../../elsewhere', dirname(path), `${path}/../../../etc`])
      expect(await refusal('bad', await at(outside))).toMatchObject({ code: 'forbidden' });
    await symlink('/', join(path, 'way-out'));
    expect(await refusal('bad', await at(join(path, 'way-out/etc')))).toMatchObject({ code: 'forbidden' });
    expect(await refusal('bad', await at('.'))).toMatchObject({
      errors: [{ path: 'tasks.sums.task.toml', message: expect.stringContaining('over HTTP there is none') }],
    });
    expect((await refusal('bad', await at('repo.bundle'))).message).toContain("not among the task's files");
    expect((await refusal('bad', await at(path, 'f'.repeat(40)))).errors).toEqual([
      { path: 'tasks.sums.task.toml', message: `repo.base_commit: ${path} has no commit ${'f'.repeat(40)}` },
    ]);
    const good = await tasks.whole();
    expect((await refusal('bad', { sums: { ...good, 'repo.bundle': 'AAAA' } })).message).toContain(
      'no repository or bundle',
    );
    await expect(find(scope(), 'of-server')).resolves.toMatchObject({ problems: [{ id: 'sums' }] });
  });

  it('are written again where their files were tidied away or are not what was stored', async () => {
    const { sha256 } = (await find(scope(), 'own'))!;
    await rm(folder(), { recursive: true });
    expect(await find(scope(), 'own')).toMatchObject({ sha256 });
    const [version] = await readdir(folder());
    await writeFile(join(folder(), version!, 'sums', 'instruction.md'), 'Something else.\n');
    expect(await find(scope(), 'own')).toMatchObject({
      sha256,
      problems: [{ prompt: 'Mend add.\n' }],
    });
    await rm(folder(), { recursive: true });
    const many = await Promise.all(Array.from({ length: 5 }, () => find(scope(), 'own')));
    expect(many.map((each) => each?.sha256)).toEqual(Array.from({ length: 5 }, () => sha256));
    expect(await readdir(folder())).toEqual([version]);
  });

  it('have versions: the last one counts, an older one stays while runs name it', async () => {
    const [first, second] = [await tasks.whole('first'), await tasks.whole('second')];
    const one = await app.admin.createEvalDataset({ name: 'versions', tasks: { task: first } });
    const two = await app.admin.createEvalDataset({ name: 'versions', tasks: { task: second } });
    const three = await app.admin.createEvalDataset({ name: 'versions', tasks: { task: await tasks.whole('third') } });
    const found = async (sha256?: string) => (await find(scope(), 'versions', sha256))?.problems[0]?.id;
    expect([await found(), await found(one.sha256!), await found(two.sha256!)]).toEqual(['third', 'first', 'second']);

    await insertRun(app, app.projectId, { dataset: 'versions' });
    await app.database.asProject(app.projectId, async (tx) => {
      await tx.sql.updateTable('eval_dataset').set({ sha256: one.sha256! }).where('name', '=', 'versions').execute();
      await tx.sql.updateTable('eval_run').set({ status: 'completed', finished_at: tx.now }).execute();
    });
    const expire = (days: number) =>
      expireTaskSets({
        database: app.database,
        folders: taskFolders(folder()),
        keepDaysOf: async () => 90,
        nowMs: Date.now() + days * dayMs,
      });
    await expire(89);
    expect([await found(one.sha256!), await found(two.sha256!)]).toEqual(['first', 'second']);
    await app.database.asProject(app.projectId, (tx) =>
      tx.sql
        .updateTable('eval_run')
        .set({ created_at: new Date(Date.now() + 10 * dayMs) })
        .execute(),
    );
    await expire(95);
    expect([await found(), await found(one.sha256!), await found(two.sha256!)]).toEqual(['third', 'first', undefined]);
    await app.admin.createEvalDataset({ name: 'versions', tasks: { task: first } });
    expect([await found(), await found(three.sha256!)]).toEqual(['first', 'third']);
    expect((await app.admin.listEvalDatasets({})).items.filter(({ name }) => name === 'versions')).toHaveLength(1);
  });

  it('go with all their versions when deleted, their files within a day, and nobody has them but their project', async () => {
    const theirs = await app.otherTenant('other');
    expect(await find(jobScope(app.database, theirs.projectId), 'own')).toBeUndefined();
    await expect(theirs.client.deleteEvalDataset({ name: 'own' })).rejects.toMatchObject({ code: 'not_found' });
    await expect(app.admin.deleteEvalDataset({ name: 'starter' })).rejects.toMatchObject({ code: 'conflict' });
    await expect(
      app.admin.createEvalDataset({ name: 'humaneval', tasks: { sums: await tasks.whole() } }),
    ).rejects.toMatchObject({ code: 'conflict' });
    expect(await app.admin.deleteEvalDataset({ name: 'own' })).toEqual({ name: 'own' });
    await app.admin.deleteEvalDataset({ name: 'versions' });
    expect(await find(scope(), 'own')).toBeUndefined();
    const expired = { database: app.database, folders: taskFolders(folder()), keepDaysOf: async () => 90 };
    expect(await expireTaskSets({ ...expired, nowMs: Date.now() })).toBe(0);
    expect(await expireTaskSets({ ...expired, nowMs: Date.now() + 2 * dayMs })).toBeGreaterThan(0);
    await access(folder());
    expect((await find(scope(), 'of-server'))?.problems).toHaveLength(1);
  });
});
