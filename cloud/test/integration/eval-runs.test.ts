import {
  loadDataset,
  modelSolver,
  openSandbox,
  openSamples,
  referenceSolver,
  runEval,
  type RunOptions,
  type Sandbox,
} from '@whetstone/evals';
import type { EvalRunRequest } from '@whetstone/shared/contract';
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startOpenAiStandIn, type ChatRequest } from '../../../test/support/openai-stand-in.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { describeOnEngines } from '../support/engines.ts';

const starter = await loadDataset('starter', { datasetsDir: '' });
const referenceOf = (id: string) => {
  const problem = starter.problems.find((each) => each.id === id);
  return (problem?.kind === 'function' && problem.reference) || '';
};
/** Quick ones, of both languages. */
const few = ['python-lru-replay', 'python-split-bill', 'typescript-slug', 'typescript-read-flags'];
const named = (ids: readonly string[]) => starter.problems.filter(({ id }) => ids.includes(id));

describeOnEngines('runs of evals', (engine) => {
  let app: TestApp;
  let folder: string;
  let model: Awaited<ReturnType<typeof startOpenAiStandIn>>;
  /** Ids of problems by the prompt that names them. */
  const problemOf = ({ messages }: ChatRequest) => {
    const text = messages[0]!.content;
    return starter.problems.find(({ prompt }) => text.includes(prompt.trim()))!.id;
  };

  /** The same run by the harness, as the command line would do it. */
  const onTheLaptop = (options: Pick<RunOptions, 'solver' | 'problems'>) =>
    runEval({
      dataset: starter,
      sandbox: laptop,
      workers: 2,
      outDir: join(folder, randomUUID()),
      seed: 0,
      hashSeed: 0,
      signal: new AbortController().signal,
      ...options,
    });
  let laptop: Sandbox;

  beforeAll(async () => {
    laptop = await openSandbox({ workers: 2, hashSeed: 0, languages: ['python', 'typescript'] }, { e2b: {} });
    folder = await mkdtemp(join(tmpdir(), 'whetstone-evals-'));
    model = await startOpenAiStandIn({
      apiKey: 'sk-fake-for-tests',
      answer: (request) => {
        const problemId = problemOf(request);
        return { problemId, text: `\`\`\`\n${referenceOf(problemId)}\n\`\`\`` };
      },
    });
    app = await startApp(engine, {
      evals: {
        datasetsDir: join(folder, 'datasets'),
        reposDirs: [join(folder, 'repos')],
        openai: {
          apiKey: 'sk-fake-for-tests',
          baseUrl: model.baseUrl,
          price: { inputPerMillion: 1_000, outputPerMillion: 2_000 },
        },
      },
    });
    await app.work();
    await mkdir(join(folder, 'datasets'));
    await mkdir(join(folder, 'repos'));
  });
  afterAll(async () => {
    await app.close();
    await model.stop();
    await laptop.close();
    await rm(folder, { recursive: true, force: true });
  });

  const runOf = async (runId: string) => (await app.admin.getEvalResults({ runId, limit: 1 })).run;
  const ended = (runId: string, status = 'completed') =>
    vi.waitFor(
      async () => {
        const run = await runOf(runId);
        expect(run).toMatchObject({ status });
        return run;
      },
      { timeout: 25_000, interval: 100 },
    );
  const run = async (request: EvalRunRequest) => ended((await app.admin.startEvalRun(request)).runId);

  it('come to what the command line comes to, and others are answered meanwhile', async () => {
    const problems = named(few);
    const { runId, ...started } = await app.admin.startEvalRun({
      dataset: 'starter',
      subject: { kind: 'reference' },
      problems: few,
      tags: ['nightly'],
    });
    expect(started).toEqual({ status: 'queued', problemCount: 4, estimatedCostUsd: 0 });
    let readsMeanwhile = 0;
    while (['queued', 'running'].includes((await runOf(runId)).status)) {
      await app.admin.listFlags({});
      readsMeanwhile += 1;
    }
    expect(readsMeanwhile).toBeGreaterThan(1);

    const expected = await onTheLaptop({ solver: referenceSolver(), problems });
    expect(await runOf(runId)).toMatchObject({
      status: 'completed',
      counts: { passed: 4, failed: 0, error: 0, timeout: 0, skipped: 0 },
      passRate: 1,
      interval: expected.interval,
      manifestHash: expected.manifestHash,
      reportHash: expected.reportHash,
      isWhole: false,
      tags: ['nightly'],
      purpose: 'run',
      subject: { kind: 'reference', label: 'reference' },
      failure: null,
    });
    const { rows } = await app.database.execute('select seq, type from eval_event where run_id = $1 order by seq', [
      runId,
    ]);
    expect(rows.map(({ seq }) => seq)).toEqual(rows.map((_, index) => index + 1));
    expect(rows.filter(({ type }) => type === 'result')).toHaveLength(4);
    expect(rows.slice(-2).map(({ type }) => type)).toEqual(['progress', 'done']);
  });

  it('grade recorded answers: what is wrong, what is missing, and what was asked twice', async () => {
    const samples = [
      { task_id: 'python-lru-replay', solution: referenceOf('python-lru-replay') },
      { task_id: 'python-lru-replay', solution: 'def replay(*_):\n    return None\n' },
      { task_id: 'typescript-slug', solution: referenceOf('typescript-slug') },
    ];
    const subject = { kind: 'samples' as const, samples, promptVersion: '7', label: 'half right' };
    const done = await run({ dataset: 'starter', subject, problems: few.slice(0, 3) });
    expect(done).toMatchObject({
      subject: { kind: 'samples', label: 'half right' },
      build: { promptVersion: '7' },
      counts: { passed: 2, failed: 2 },
      sampleCount: 4,
      samplesPerProblem: 2,
    });
    const file = join(folder, (await manifestOf(done.runId)).subject.label);
    await writeFile(file, samples.map((row) => `${JSON.stringify(row)}\n`).join(''));
    const solver = await openSamples(file, starter);
    expect(done).toMatchObject({
      reportHash: (await onTheLaptop({ solver, problems: named(few.slice(0, 3)) })).reportHash,
    });

    const { runId } = done;
    const first = await app.admin.getEvalResults({ runId, limit: 3 });
    const rest = await app.admin.getEvalResults({ runId, limit: 3, cursor: first.nextCursor! });
    expect([...first.items, ...rest.items].map(({ problemId, sampleIndex }) => `${problemId} ${sampleIndex}`)).toEqual([
      'python-lru-replay 0',
      'python-lru-replay 1',
      'python-split-bill 0',
      'typescript-slug 0',
    ]);
    expect((await app.admin.getEvalResults({ runId, status: 'passed' })).items).toHaveLength(2);
    expect(await app.admin.getEvalSample({ runId, problemId: 'python-lru-replay', sampleIndex: 1 })).toMatchObject({
      status: 'failed',
      code: 'def replay(*_):\n    return None\n',
      prompt: expect.stringContaining('cache'),
      tests: expect.stringContaining('replay'),
      language: 'python',
      sampleCount: 2,
    });
    expect(await app.admin.getEvalSample({ runId, problemId: 'python-split-bill' })).toMatchObject({
      status: 'failed',
      detail: 'no sample in the file',
      code: null,
    });
  });

  const manifestOf = async (runId: string) => {
    const { rows } = await app.database.execute('select manifest from eval_run where id = $1', [runId]);
    return rows[0]!['manifest'] as { subject: { label: string } };
  };

  it('ask a model, with its cost, and the words that were said', async () => {
    const subject = {
      kind: 'model' as const,
      model: 'some-model',
      params: { temperature: 0.5 },
      guidance: 'Be brief.',
    };
    const done = await run({ dataset: 'starter', subject, problems: few });
    const solver = modelSolver({
      model: 'some-model',
      baseUrl: model.baseUrl,
      parameters: { temperature: 0.5 },
      guidance: 'Be brief.',
    });
    const { manifest } = (await app.database.execute('select manifest from eval_run where id = $1', [done.runId]))
      .rows[0] as { manifest: { subject: Record<string, unknown> } };
    expect({ ...manifest.subject, prices: undefined }).toEqual({ ...solver.subject, prices: undefined });
    expect(done).toMatchObject({
      subject: { label: 'some-model (temperature 0.5)' },
      counts: { passed: 4 },
      costUsd: expect.any(Number),
    });
    expect(done.paidUsd).toBeCloseTo(done.costUsd!, 9);
    expect(await app.admin.getEvalSample({ runId: done.runId, problemId: few[0]! })).toMatchObject({
      transcript: { request: expect.stringMatching(/^Be brief\./), response: expect.stringContaining('replay') },
      costUsd: expect.any(Number),
    });
  });

  it('stop asking before a budget could be passed, and go on with another', async () => {
    const before = model.calls.length;
    const request = {
      dataset: 'starter',
      subject: { kind: 'model' as const, model: 'dear', params: { maxTokens: 1_000 } },
      problems: few,
      workers: 1,
    };
    // An answer can come to some $3 at most and comes to less.
    const stopped = await run({ ...request, budgetUsd: 4.5 });
    expect(stopped.counts.passed + stopped.counts.skipped).toBe(4);
    expect(stopped.counts.skipped).toBeGreaterThan(0);
    expect(stopped.failure).toContain('budget');
    expect(stopped.paidUsd).toBeLessThanOrEqual(4.5);
    const asked = model.calls.length - before;
    expect(asked).toBe(stopped.counts.passed);

    await app.admin.resumeEvalRun({ runId: stopped.runId, budgetUsd: 100 });
    const done = await ended(stopped.runId);
    expect(done).toMatchObject({ counts: { passed: 4, skipped: 0 }, failure: null, budgetUsd: 100 });
    expect(model.calls.length - before).toBe(4);
    await expect(app.admin.resumeEvalRun({ runId: stopped.runId })).rejects.toMatchObject({ code: 'conflict' });
  });

  it('are cancelled and taken up again, and nothing that was answered is asked again', async () => {
    const { runId } = await app.admin.startEvalRun({
      dataset: 'starter',
      subject: { kind: 'model', model: 'some-model' },
      workers: 1,
      problems: 8,
    });
    await vi.waitFor(async () => expect((await runOf(runId)).doneCount).toBeGreaterThan(0), { timeout: 15_000 });
    const cancelled = await app.admin.cancelEvalRun({ runId });
    expect(cancelled).toMatchObject({ status: 'cancelled', finishedAt: expect.any(String) });
    await expect(app.admin.cancelEvalRun({ runId })).rejects.toMatchObject({ code: 'conflict' });
    expect(cancelled.bracket[1] - cancelled.bracket[0]).toBeCloseTo((8 - cancelled.doneCount) / 8, 9);

    expect(await app.admin.resumeEvalRun({ runId })).toMatchObject({ status: 'running', finishedAt: null });
    expect(await ended(runId)).toMatchObject({ counts: { passed: 8 } });
    const asked = model.calls.filter(({ request }) => request.model === 'some-model' && !request['temperature']);
    expect(asked).toHaveLength(8);
  });

  it('have an own program answer in the sandbox, with a repository as it was at a commit', async () => {
    const repo = join(folder, 'repos/agent');
    await mkdir(repo);
    const git = (...args: string[]) =>
      execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.com', ...args], { cwd: repo });
    git('init', '--quiet');
    await writeFile(join(repo, 'answer.py'), referenceOf('python-lru-replay'));
    git('add', '.');
    git('commit', '--quiet', '-m', 'good');
    const commit = git('rev-parse', 'HEAD').toString().trim();
    await writeFile(join(repo, 'answer.py'), 'def replay(*_): return 0\n');
    git('commit', '--quiet', '-am', 'bad');
    const subject = { kind: 'command' as const, command: 'cat "$WHETSTONE_REPO/answer.py"', repo: 'agent' };
    const request = { dataset: 'starter', subject, problems: ['python-lru-replay'] };
    expect(await run({ ...request, commit })).toMatchObject({ counts: { passed: 1 }, build: { commit } });
    const bad = git('rev-parse', 'HEAD').toString().trim();
    expect(await run({ ...request, commit: bad })).toMatchObject({ counts: { failed: 1 } });
    await expect(app.admin.startEvalRun({ ...request, commit: 'abcdef0' })).rejects.toMatchObject({
      code: 'not_found',
    });
  });

  it('are applied once under one key, whoever sends it twice', async () => {
    const request = { dataset: 'starter', subject: { kind: 'reference' as const }, problems: [few[2]!] };
    const options = { idempotencyKey: 'once' };
    const first = await app.admin.startEvalRun(request, options);
    expect(await app.admin.startEvalRun(request, options)).toEqual(first);
    await ended(first.runId);
  });

  describe('refuse', () => {
    const reference = { kind: 'reference' as const };
    const samples = (datasetFile: string) => ({ kind: 'samples' as const, datasetFile });
    const command = { kind: 'command' as const, command: 'true' };

    it.each<[string, EvalRunRequest, string]>([
      ['an unknown data set', { dataset: 'nobody-knows', subject: reference }, 'not_found'],
      ['a published data set that is not here', { dataset: 'humaneval', subject: reference }, 'not_found'],
      ['an unknown problem', { dataset: 'starter', subject: reference, problems: ['none'] }, 'not_found'],
      ['samples outside the folder', { dataset: 'starter', subject: samples('../secret.jsonl') }, 'forbidden'],
      ['samples by an absolute path', { dataset: 'starter', subject: samples('/etc/passwd') }, 'forbidden'],
      ['samples behind a link', { dataset: 'starter', subject: samples('link.jsonl') }, 'forbidden'],
      ['samples that are not there', { dataset: 'starter', subject: samples('none.jsonl') }, 'not_found'],
      [
        'a repository outside the folders',
        { dataset: 'starter', subject: { ...command, repo: '../datasets' }, commit: 'abcdef0' },
        'forbidden',
      ],
      ['a repository without a commit', { dataset: 'starter', subject: { ...command, repo: 'agent' } }, 'invalid'],
      [
        'a command in a sandbox that runs none',
        { dataset: 'starter', subject: command, sandbox: 'quickjs', problems: ['typescript-slug'] },
        'forbidden',
      ],
      ['a sandbox that is not configured', { dataset: 'starter', subject: reference, sandbox: 'e2b' }, 'conflict'],
      ['Python in a sandbox without it', { dataset: 'starter', subject: reference, sandbox: 'quickjs' }, 'invalid'],
      ['a budget that nobody can keep', { dataset: 'starter', subject: command, budgetUsd: 1 }, 'invalid'],
    ])('%s', async (_, request, code) => {
      await symlink('/etc/passwd', join(folder, 'datasets/link.jsonl')).catch(() => undefined);
      await expect(app.admin.startEvalRun(request)).rejects.toMatchObject({ code });
    });

    it("another tenant's runs", async () => {
      const { client } = await app.otherTenant('stranger');
      const [run] = (await app.admin.listEvalRuns({})).items;
      const { runId } = run!;
      expect((await client.listEvalRuns({})).items).toEqual([]);
      for (const attempt of [
        () => client.getEvalResults({ runId }),
        () => client.getEvalSample({ runId, problemId: few[0]! }),
        () => client.cancelEvalRun({ runId }),
        () => client.resumeEvalRun({ runId }),
      ])
        await expect(attempt()).rejects.toMatchObject({ code: 'not_found' });
    });
  });

  it('say in the state of the server where they are graded and whom they ask', async () => {
    expect((await app.admin.getReadiness({})).ports).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ port: 'sandbox', engine: expect.stringContaining('process'), ok: true }),
        expect.objectContaining({ port: 'llm', engine: new URL(model.baseUrl).host, ok: true }),
      ]),
    );
  });

  it('are listed newest first, page by page, by what they are of', async () => {
    const first = await app.admin.listEvalRuns({ limit: 2 });
    const second = await app.admin.listEvalRuns({ limit: 2, cursor: first.nextCursor! });
    const ids = [...first.items, ...second.items].map(({ runId }) => runId);
    expect(ids).toEqual(ids.toSorted().toReversed());
    const { items } = await app.admin.listEvalRuns({ subjectId: first.items[0]!.subject.id });
    expect(new Set(items.map(({ subject }) => subject.label)).size).toBe(1);
    expect((await app.admin.listEvalRuns({ status: 'failed' })).items).toEqual([]);
  });
});
