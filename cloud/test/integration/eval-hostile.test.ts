import { EvalRunRequest, type BisectRequest } from '@whetstone/shared/contract';
import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { z } from 'zod';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { mostActiveBisects } from '../../src/features/evals/bisect/hold-to-active.ts';
import { mostOpenRuns } from '../../src/features/evals/runs/open-runs.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { describeOn, pglite } from '../support/engines.ts';
import { anAlert } from '../support/made-runs.ts';

const reference = { dataset: 'starter', subject: { kind: 'reference' as const }, problems: ['typescript-slug'] };

/** What a caller could do to the server, its money or another tenant. The engine of the database makes no difference. */
describeOn(pglite, 'evals over HTTP', () => {
  let app: TestApp;
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'whetstone-hostile-'));
    await mkdir(join(folder, 'datasets'));
    const rows = Array.from({ length: 1_001 }, (_, i) => ({
      task_id: `H/${i}`,
      prompt: 'def f():\n',
      entry_point: 'f',
      test: 'def check(f):\n    assert f() == 1\n',
      canonical_solution: '    return 1\n',
    }));
    await writeFile(join(folder, 'datasets', 'large.jsonl'), rows.map((row) => JSON.stringify(row)).join('\n'));
    await writeFile(join(folder, 'datasets', 'other.jsonl'), '{"a":1}\n');
    await mkdir(join(folder, 'datasets', 'nothing'));
    app = await startApp(pglite, {
      evals: {
        datasetsDir: join(folder, 'datasets'),
        openai: {
          apiKey: 'sk-fake-for-tests',
          baseUrl: 'http://127.0.0.1:9',
          price: { inputPerMillion: 1_000, outputPerMillion: 2_000 },
        },
      },
    });
  });
  afterAll(async () => {
    await app.close();
    await rm(folder, { recursive: true, force: true });
  });

  const send = async (method: string, path: string, { body, key = app.adminKey, headers = {} }: Sent = {}) => {
    const answer = await app.call(method, path, { key, body, headers });
    return { status: answer.status, headers: answer.headers, body: (await answer.json()) as Answer };
  };

  it.each([
    ['brackets that are never closed', `- ${'['.repeat(400_000)}`],
    ['maps in maps', '{a: '.repeat(100_000)],
    ['lists in lists', '- '.repeat(400_000)],
    ['ever deeper lines', Array.from({ length: 1_300 }, (_, i) => `${' '.repeat(i)}a:`).join('\n')],
    ['an entry of too many keys', Array.from({ length: 90_000 }, (_, i) => `k${i}: 1`).join('\n')],
    ['JSON without an end', '['.repeat(400_000)],
  ])('refuses %s as published results, and goes on', async (_, content) => {
    const { status, body } = await send('POST', '/api/eval/published', { body: { source: 'aider', content } });
    expect({ status, at: body.errors?.[0]?.path }).toEqual({ status: 400, at: 'content' });
    expect(await app.admin.getHealth({})).toMatchObject({ status: 'ok' });
  });

  it.each([9_007_199_254_740_991, 3_000_000_000])('names a sample index that no run has: %d', async (sampleIndex) => {
    const { runId } = await app.admin.startEvalRun(reference);
    const path = `/api/eval/results/${runId}/sample?problemId=typescript-slug&sampleIndex=${sampleIndex}`;
    expect(await send('GET', path)).toMatchObject({ status: 400, body: { errors: [{ path: 'sampleIndex' }] } });
  });

  const aBisect: z.input<typeof BisectRequest> = {
    over: {
      kind: 'promptVersions',
      versions: [
        { version: '1', guidance: 'a' },
        { version: '2', guidance: 'b' },
      ],
    },
    dataset: 'starter',
    subject: { kind: 'model', model: 'a model' },
  };

  it('names versions of a flag that no flag can have', async () => {
    const over = { kind: 'flagVersions', flag: 'f', variant: 'on', good: 3_000_000_000, bad: 3_000_000_001 };
    const { status, body } = await send('POST', '/api/eval/bisect', { body: { ...aBisect, over } });
    expect({ status, at: body.errors?.map(({ path }) => path) }).toEqual({
      status: 400,
      at: ['over.good', 'over.bad'],
    });
  });

  it("takes no regression of another tenant into a bisect, nor one that isn't", async () => {
    const regressionId = await anAlert(app);
    const { key } = await app.otherTenant('stranger');
    const refused = { status: 400, body: { errors: [{ path: 'regressionId' }] } };
    expect(await send('POST', '/api/eval/bisect', { key, body: { ...aBisect, regressionId } })).toMatchObject(refused);
    expect(await send('POST', '/api/eval/bisect', { body: { ...aBisect, regressionId: randomUUID() } })).toMatchObject(
      refused,
    );
    expect(await app.admin.startBisect({ ...aBisect, regressionId })).toMatchObject({ regressionId });
  });

  it('runs each problem of a bisect once, however often it is named', async () => {
    const problems = ['typescript-slug', 'python-split-bill', 'typescript-slug'];
    const bisect = await app.admin.startBisect({ ...aBisect, problems });
    expect(bisect.problems).toEqual(['typescript-slug', 'python-split-bill']);
  });

  it('refuses a run of more samples than it can plan at once', async () => {
    const body = { ...reference, dataset: 'large.jsonl', problems: undefined, samplesPerProblem: 100 };
    expect(await send('POST', '/api/eval/run', { body })).toMatchObject({
      status: 400,
      body: { errors: [{ path: 'samplesPerProblem', message: expect.stringContaining('100100 samples') }] },
    });
  });

  it.each([
    ['a file that holds something else', { dataset: 'other.jsonl' }],
    ['a folder that holds nothing', { dataset: 'nothing' }],
    ['a folder in the place of samples', { subject: { kind: 'samples', datasetFile: 'nothing' } }],
  ])('tells nobody where it lies: %s', async (_, change) => {
    const { status, body } = await send('POST', '/api/eval/run', { body: { ...reference, ...change } });
    expect(status).toBeLessThan(500);
    expect(body.detail).not.toContain(folder);
    expect(body.detail).toMatch(/other\.jsonl|nothing/);
  });

  it('keeps to the budget of a day when a run is taken up again with a larger one', async () => {
    const model = { kind: 'model' as const, model: 'a model' };
    await app.admin.putEvalSettings({ dailyBudgetUsd: 1 });
    const { runId } = await app.admin.startEvalRun({ ...reference, subject: model, budgetUsd: 0.5 });
    await app.admin.cancelEvalRun({ runId });
    const resume = (budgetUsd: number) => app.admin.resumeEvalRun({ runId, budgetUsd });
    await expect(resume(1_000)).rejects.toMatchObject({ code: 'rate_limited' });
    expect((await app.admin.getEvalResults({ runId })).run).toMatchObject({ status: 'cancelled', budgetUsd: 0.5 });
    expect(await resume(0.75)).toMatchObject({ status: 'running', budgetUsd: 0.75 });
    await app.admin.putEvalSettings({ dailyBudgetUsd: null });
  });

  it('answers a start that comes again as before, though the key may start no more', async () => {
    await app.admin.putEvalSettings({ runsPerHour: 2 });
    const key = await app.keyWith('agent');
    const again = { key, body: reference, headers: { 'idempotency-key': randomUUID() } };
    const { body } = await send('POST', '/api/eval/run', again);
    for (let i = 0; i < 3; i++) {
      const answer = await send('POST', '/api/eval/run', again);
      expect(answer).toMatchObject({ status: 202, body: { runId: body.runId } });
      expect(answer.headers.get('idempotency-replayed')).toBe('true');
    }
    expect(await send('POST', '/api/eval/run', { key, body: reference })).toMatchObject({ status: 202 });
    expect(await send('POST', '/api/eval/run', { key, body: reference })).toMatchObject({ status: 429 });
    const other = { ...again, body: { ...reference, tags: ['other'] } };
    expect(await send('POST', '/api/eval/run', other)).toMatchObject({ status: 409 });
  });

  it('cuts pages of large schedules short, and loses none', async () => {
    const ids = ['typescript-slug', 'typescript-read-flags', 'python-split-bill', 'python-lru-replay'];
    const samples = ids.map((id) => ({ task_id: id, solution: 'x'.repeat(199_000) }));
    const run = EvalRunRequest.parse({ dataset: 'starter', subject: { kind: 'samples', samples } });
    const made: string[] = [];
    for (let i = 0; i < 7; i++)
      made.push((await app.admin.createEvalSchedule({ name: `${i}`, cron: 'nightly', enabled: false, run })).id);
    const pages: string[][] = [];
    let cursor: string | null | undefined;
    while (cursor !== null) {
      const page = await app.admin.listEvalSchedules({ limit: 500, ...(cursor && { cursor }) });
      expect(JSON.stringify(page).length).toBeLessThan(5_000_000);
      pages.push(page.items.map(({ id }) => id));
      cursor = page.nextCursor;
    }
    expect(pages.map((page) => page.length)).toEqual([5, 2]);
    expect(pages.flat()).toEqual(made.toReversed());
  });

  /** Of two that come at once while there is room for one, which are refused, and how. */
  const refusedOfTwo = async (begin: () => Promise<unknown>) => {
    const outcomes = await Promise.allSettled([begin(), begin()]);
    return outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
  };
  const copies = (table: string, columns: string, count: number) =>
    app.database.execute(
      `insert into ${table} (id, ${columns}) select gen_random_uuid(), ${columns}
       from (select ${columns} from ${table} order by id desc limit 1) as one, generate_series(1, ${count})`,
    );

  it('has so many runs queued or running, started or taken up again, and no more', async () => {
    await app.database.execute(`update eval_run set status = 'cancelled', finished_at = now()`);
    const { runId } = await app.admin.startEvalRun(reference);
    await copies(
      'eval_run',
      `project_id, dataset_id, subject_id, build_id, status, purpose, request, tags, is_whole, problem_count,
       samples_per_problem, sample_count, open_shards, started_by, created_at`,
      mostOpenRuns - 2,
    );
    const tooMany = {
      code: 'rate_limited',
      message: expect.stringMatching(/^100 runs of this project are queued or running.* cancel one$/),
    };
    expect(await refusedOfTwo(() => app.admin.startEvalRun(reference))).toMatchObject([tooMany]);
    await app.admin.cancelEvalRun({ runId });
    expect(await refusedOfTwo(() => app.admin.startEvalRun(reference))).toMatchObject([tooMany]);
    await expect(app.admin.resumeEvalRun({ runId })).rejects.toMatchObject(tooMany);
    await app.database.execute(`update eval_run set status = 'cancelled', finished_at = now() where id <> $1`, [runId]);
    expect(await app.admin.resumeEvalRun({ runId })).toMatchObject({ status: 'running' });
  });

  it('has so many bisects under way, and no more', async () => {
    await app.database.execute(`update eval_bisect set status = 'cancelled'`);
    const { id } = await app.admin.startBisect(aBisect);
    await copies(
      'eval_bisect',
      'project_id, status, request, candidates, max_runs, started_by, created_at, updated_at',
      mostActiveBisects - 2,
    );
    const tooMany = {
      code: 'rate_limited',
      message: expect.stringMatching(/^10 bisects of this project.* cancel one$/),
    };
    expect(await refusedOfTwo(() => app.admin.startBisect(aBisect))).toMatchObject([tooMany]);
    await app.admin.cancelBisect({ id });
    await app.admin.startBisect(aBisect);
    await expect(app.admin.resumeBisect({ id })).rejects.toMatchObject(tooMany);
  });

  it('has so many schedules, and no more', async () => {
    const schedule = { name: 'one', cron: 'nightly', enabled: false, run: reference };
    await app.admin.createEvalSchedule(schedule);
    const { rows } = await app.database.execute('select count(*)::int as n from eval_schedule');
    await copies(
      'eval_schedule',
      'project_id, name, cron, time_zone, run, enabled, generation, created_at, updated_at',
      199 - Number(rows[0]!['n']),
    );
    expect(await refusedOfTwo(() => app.admin.createEvalSchedule(schedule))).toMatchObject([
      { code: 'conflict', message: 'a project has at most 200 schedules; delete one first' },
    ]);
  });
});

interface Sent {
  key?: string;
  body?: unknown;
  headers?: Record<string, string>;
}

interface Answer {
  runId?: string;
  detail?: string;
  errors?: { path: string; message: string }[];
}
