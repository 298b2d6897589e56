import { loadDataset, sampleKey } from '@whetstone/evals';
import type { EvalRunRequest } from '@whetstone/shared/contract';
import { randomUUID } from 'node:crypto';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startOpenAiStandIn, type ChatRequest, type StandInFault } from '../../../test/support/openai-stand-in.ts';
import type { EvalRunsOptions } from '../../src/features/evals/runs/runs.ts';
import { runView } from '../../src/features/evals/runs/run-view.ts';
import { runRepository } from '../../src/features/evals/runs/repository.ts';
import { shardRepository } from '../../src/features/evals/runs/shard/repository.ts';
import { writeBatch } from '../../src/features/evals/runs/shard/write.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { describeOnEngines } from '../support/engines.ts';
import { drivenRuns } from '../support/eval-runs.ts';

const starter = await loadDataset('starter', { datasetsDir: '' });
const scripts = starter.problems.filter(({ id }) => id.startsWith('typescript-')).slice(0, 6);
const ids = scripts.map(({ id }) => id);
const referenceOf = (id: string) => {
  const problem = starter.problems.find((each) => each.id === id);
  return (problem?.kind === 'function' && problem.reference) || '';
};

describeOnEngines('messages of runs of evals', (engine) => {
  let app: TestApp;
  let folder: string;
  let model: Awaited<ReturnType<typeof startOpenAiStandIn>>;
  let fault: (problemId: string, ordinal: number, request: ChatRequest) => StandInFault | undefined = () => undefined;
  let runs: ReturnType<typeof drivenRuns>;
  let findOwn: EvalRunsOptions['findProjectDataset'] = async () => undefined;

  const configWith = (apiKey: string) => ({
    datasetsDir: join(folder, 'datasets'),
    reposDirs: [],
    cacheDir: join(folder, 'cache'),
    openai: { apiKey, baseUrl: model.baseUrl, price: { inputPerMillion: 1_000, outputPerMillion: 1_000 } },
    e2b: {},
  });
  const problemOf = ({ messages }: ChatRequest) =>
    starter.problems.find(({ prompt }) => messages[0]!.content.includes(prompt.trim()))!.id;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'whetstone-evals-'));
    model = await startOpenAiStandIn({
      apiKey: 'sk-fake-for-tests',
      answer: (request) => {
        const problemId = problemOf(request);
        return { problemId, text: `\`\`\`\n${referenceOf(problemId)}\n\`\`\`` };
      },
      fault: (...call) => fault(...call),
    });
    app = await startApp(engine);
    runs = drivenRuns(app, {
      config: configWith('sk-fake-for-tests'),
      findProjectDataset: (...asked) => findOwn(...asked),
    });
  });
  afterEach(() => {
    fault = () => undefined;
    findOwn = async () => undefined;
    runs.messages.length = 0;
    runs.ended.length = 0;
  });
  afterAll(async () => {
    await runs.stop();
    await app.close();
    await model.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const reference: EvalRunRequest = {
    dataset: 'starter',
    subject: { kind: 'reference' },
    problems: ids,
    sandbox: 'quickjs',
    timeoutMs: 60_000,
  };
  const asked: EvalRunRequest = { ...reference, subject: { kind: 'model', model: 'm', params: { maxTokens: 3_000 } } };
  const runOf = (runId: string) =>
    runs.scope.transaction(async (tx) => runView((await runRepository.find(tx, runId))!));
  const rowsOf = async (text: string, runId: string) => (await app.database.execute(text, [runId])).rows;
  const eventsOf = (runId: string) =>
    rowsOf('select seq, type, data from eval_event where run_id = $1 order by seq', runId);

  it('may come twice at once: each result is there once, and the run ends once', async () => {
    const few = { ...reference, problems: ids.slice(0, 3) };
    const once = await runs.start(few);
    // One sample may take up to a minute, so that a shard has one.
    expect(await rowsOf('select shard from eval_shard where run_id = $1', once)).toHaveLength(3);
    await runs.drive();
    const twice = await runs.start(few);
    await runs.drive({ times: 3 });
    const [first, second] = [await runOf(once), await runOf(twice)];
    expect(second).toMatchObject({ status: 'completed', counts: { passed: 3 }, reportHash: first.reportHash });
    const events = await eventsOf(twice);
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
    expect(events.filter(({ type }) => type === 'result')).toHaveLength(3);
    expect(events.filter(({ type }) => type === 'done')).toHaveLength(1);
    expect(runs.ended.map(({ id, status }) => [id, status])).toEqual([
      [once, 'completed'],
      [twice, 'completed'],
    ]);
    expect(runs.ended[1]).toMatchObject({
      purpose: 'run',
      dataset: 'starter',
      isWhole: false,
      summary: { passRate: 1, reportHash: first.reportHash },
    });
    expect(runs.woken).toContain(twice);
  });

  it('keep to as many at a time as the run wants, each shard sending the next', async () => {
    await runs.start({ ...reference, problems: ids.slice(0, 3), workers: 2 });
    expect(runs.messages).toHaveLength(2);
    await runs.drive();
    expect(runs.ended).toMatchObject([{ status: 'completed' }]);
  });

  it('wait for one who works, and take over from one who died', async () => {
    const runId = await runs.start({ ...reference, workers: 1 });
    const [message] = runs.messages;
    const leased = (until: string) =>
      rowsOf(
        `update eval_shard set lease_owner = gen_random_uuid(), lease_until = clock_timestamp() ${until}
         where run_id = $1 and shard = 0`,
        runId,
      );
    await leased(`+ interval '1 minute'`);
    expect(await runs.deliver(message!)).toMatchObject({ code: 'unavailable' });
    expect(await runOf(runId)).toMatchObject({ status: 'queued', doneCount: 0 });
    await leased(`- interval '1 second'`);
    await runs.drive();
    expect(await runOf(runId)).toMatchObject({ status: 'completed', counts: { passed: 6 } });
  });

  it('never replace a verdict, replace trouble, and take nothing from one who does not hold the part', async () => {
    const runId = await runs.start({ ...reference, problems: [ids[0]!] });
    const claim = { runId, shard: 0, owner: randomUUID() };
    const problem = starter.problems.findIndex(({ id }) => id === ids[0]);
    const write = (status: 'passed' | 'failed' | 'error', by = claim) =>
      runs.scope.transaction((tx) => {
        const result = { problemId: ids[0]!, sampleIndex: 0, status, timeMs: 1 };
        return writeBatch(
          tx,
          by,
          { answers: [], results: [{ problem, result }], paidUsd: 0, releasedUsd: 0 },
          () => {},
        );
      });
    await runs.scope.transaction((tx) => shardRepository.claim(tx, claim));
    await write('error');
    await write('passed');
    await write('failed');
    expect((await runOf(runId)).counts).toEqual({ passed: 1, failed: 0, error: 0, timeout: 0, skipped: 0 });
    expect((await eventsOf(runId)).map(({ type }) => type)).toEqual(['result', 'progress', 'result', 'progress']);
    await expect(write('failed', { ...claim, owner: randomUUID() })).rejects.toThrow('taken this part of the run over');
  });

  it('free at the start what a process held that had the database for itself', async () => {
    const runId = await runs.start({ ...reference, problems: [ids[0]!] });
    await rowsOf(
      `update eval_shard set lease_owner = gen_random_uuid(), lease_until = now() + interval '1 day' where run_id = $1`,
      runId,
    );
    await runs.recover();
    const refusal = await runs.deliver(runs.messages.shift()!);
    if (engine.name === 'pglite') expect(refusal).toBeUndefined();
    else expect(refusal).toMatchObject({ code: 'unavailable' });
  });

  it('lose nothing to a worker whose part was taken over while it worked', async () => {
    const runId = await runs.start({ ...asked, problems: [ids[0]!] });
    const message = runs.messages.shift()!;
    let isTaken = false;
    fault = () => {
      if (!isTaken)
        void rowsOf(
          `update eval_shard set lease_owner = gen_random_uuid(), lease_until = null where run_id = $1`,
          runId,
        );
      isTaken = true;
      return { kind: 'status', status: 503 };
    };
    const losing = runs.deliver(message);
    await expect.poll(() => isTaken, { timeout: 10_000 }).toBe(true);
    // The one that lost it notices within a second or two, and writes nothing more.
    expect(await losing).toBeUndefined();
    expect(await runOf(runId)).toMatchObject({ doneCount: 0 });
    fault = () => undefined;
    runs.messages.push(message);
    await runs.drive();
    expect(await runOf(runId)).toMatchObject({ counts: { passed: 1 } });
  });

  it('go on in a further message when time is up', async () => {
    const hasty = drivenRuns(app, { config: configWith('sk-fake-for-tests'), workMs: 1 });
    try {
      const runId = await hasty.start({ ...reference, timeoutMs: 10_000 });
      expect(await rowsOf('select shard from eval_shard where run_id = $1', runId)).toHaveLength(1);
      const first = hasty.messages[0]!;
      await hasty.deliver(hasty.messages.shift()!);
      expect(hasty.messages).toEqual([first]);
      expect(await runOf(runId)).toMatchObject({ status: 'running' });
      runs.messages.push(first);
      await runs.drive();
      expect(await runOf(runId)).toMatchObject({ status: 'completed', counts: { passed: 6 } });
    } finally {
      await hasty.stop();
    }
  });

  it('try trouble that is not the subject’s once more, and never call it failed', async () => {
    const [, second, third] = ids;
    const request = { ...asked, timeoutMs: 10_000, workers: 1 };
    const plan = async (runId: string) => {
      const rows = await rowsOf('select samples from eval_shard where run_id = $1 order by shard', runId);
      return rows.flatMap(({ samples }) =>
        (samples as [number, number][]).map(([place]) => starter.problems[place]!.id),
      );
    };
    const runId = await runs.start(request);
    const [opening] = await plan(runId);
    const [passing, lasting] = [second!, third!].map((id) => (id === opening ? ids[0]! : id));
    // After an answer, a request that is not accepted is that problem's trouble.
    fault = (id, ordinal) =>
      (id === passing && ordinal === 0) || id === lasting ? { kind: 'status', status: 400, body: '{}' } : undefined;
    await runs.drive();
    expect(await runOf(runId)).toMatchObject({ status: 'completed', counts: { passed: 5, failed: 0, error: 1 } });
    expect(model.callsOf(lasting!)).toHaveLength(2);

    fault = () => undefined;
    await app.admin.resumeEvalRun({ runId });
    runs.messages.push(...(await sentShards(runId)));
    await runs.drive();
    expect(await runOf(runId)).toMatchObject({ status: 'completed', counts: { passed: 6, error: 0 } });
    expect(runs.ended.map(({ status }) => status)).toEqual(['completed', 'completed']);
  });

  const sentShards = async (runId: string) =>
    (await rowsOf('select shard from eval_shard where run_id = $1 and is_sent and not is_done', runId)).map(
      ({ shard }) => ({ name: 'evals.shard', input: { runId, shard } }),
    );

  it('give a part up after many tries, as trouble of ours', async () => {
    let isBroken = false;
    findOwn = async () => {
      if (isBroken) throw new Error('a mistake');
      return starter;
    };
    const runId = await runs.start({ ...reference, dataset: 'mine', problems: [ids[0]!] });
    isBroken = true;
    const message = runs.messages.shift()!;
    expect(await runs.deliver(message)).toMatchObject({ message: 'a mistake' });
    expect(await runOf(runId)).toMatchObject({ status: 'running', doneCount: 0 });
    expect(await runs.deliver(message, { attempt: 13 })).toMatchObject({ message: 'a mistake' });
    await runs.drive();
    expect(await runOf(runId)).toMatchObject({ status: 'completed', counts: { error: 1, failed: 0 } });
  });

  it('go on with the version that the run began with, while it is kept', async () => {
    const next = { ...starter, sha256: 'f'.repeat(64) };
    let current = starter;
    findOwn = async (_, __, sha256) =>
      sha256 === undefined ? current : [starter, next].find((each) => each.sha256 === sha256);
    const runId = await runs.start({ ...reference, dataset: 'versioned', problems: [ids[0]!] });
    current = next;
    await runs.drive();
    expect(await runOf(runId)).toMatchObject({
      status: 'completed',
      datasetSha256: starter.sha256,
      counts: { passed: 1 },
    });
  });

  it('let go of their part when their server stops, for another one to go on with at once', async () => {
    const runId = await runs.start({ ...asked, problems: [ids[0]!] });
    const message = runs.messages.shift()!;
    const stop = new AbortController();
    fault = () => {
      stop.abort();
      return { kind: 'never' };
    };
    expect(await runs.deliver(message, { signal: stop.signal })).toMatchObject({ message: 'the server stops' });
    fault = () => undefined;
    expect(await runs.deliver(message)).toBeUndefined();
    await runs.drive();
    expect(await runOf(runId)).toMatchObject({ counts: { passed: 1 } });
  });

  it('read the answers of their own part alone', async () => {
    const runId = await runs.start({ ...reference, problems: [ids[0]!], samplesPerProblem: 3 });
    await runs.drive();
    const samples: [number, number][] = [[starter.problems.findIndex(({ id }) => id === ids[0]), 1]];
    const { statuses, generations } = await runs.scope.transaction((tx) =>
      shardRepository.stateOf(
        tx,
        runId,
        samples,
        starter.problems.map(({ id }) => id),
      ),
    );
    const own = [sampleKey(ids[0]!, 1)];
    expect([[...statuses.keys()], [...generations.keys()]]).toEqual([own, own]);
  });

  it('leave a list to read what it shows alone, the same as of the run itself', async () => {
    const guidance = 'Be brief. '.repeat(100);
    const subject = { kind: 'model' as const, model: 'm', guidance, promptVersion: '7' };
    const runId = await runs.start({ ...asked, problems: [ids[0]!], subject });
    await runs.drive();
    const { rows } = await runs.scope.transaction((tx) => runRepository.list(tx, {}, { before: undefined, limit: 1 }));
    expect(JSON.stringify(rows)).not.toContain(guidance);
    expect(rows.map(({ id }) => id)).toEqual([runId]);
    const shown = runView(rows[0]!);
    expect(shown).toEqual(await runOf(runId));
    expect(shown).toMatchObject({ build: { promptVersion: '7' }, executor: 'quickjs', passRate: 1, passAtK: { 1: 1 } });
  });

  describe('that meet', () => {
    const ctx = () => {
      const person = { kind: 'key' as const, id: 'k', name: 'somebody', role: 'editor' as const, selector: 's' };
      return { organisationId: 'o', actor: person, ...runs.scope };
    };
    const cancel = (runId: string) => runs.handlers.cancelEvalRun(ctx(), { runId });
    const resume = (runId: string) => runs.handlers.resumeEvalRun(ctx(), { runId });
    const one = { ...reference, problems: [ids[0]!] };
    /** Each end is told once, with no hole in front of it. */
    const isWhole = async (runId: string, ends: number) => {
      const events = await eventsOf(runId);
      expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
      expect(events.filter(({ type }) => type === 'done')).toHaveLength(ends);
      expect(runs.ended).toHaveLength(ends);
    };

    it('end a run once: two that finish it and one who cancels it', async () => {
      const runId = await runs.start(one);
      await runs.deliver(runs.messages.shift()!);
      const finish = runs.messages.shift()!;
      expect(finish.name).toBe('evals.finish');
      const [cancelled] = await Promise.allSettled([cancel(runId), runs.deliver(finish), runs.deliver(finish)]);
      const status = cancelled.status === 'fulfilled' ? 'cancelled' : 'completed';
      expect(await runOf(runId)).toMatchObject({ status, counts: { passed: 1 } });
      await isWhole(runId, 1);
    });

    it('cancel it once', async () => {
      const runId = await runs.start(one);
      const outcomes = await Promise.allSettled([cancel(runId), cancel(runId)]);
      expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
      expect(outcomes.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'conflict' } });
      await runs.drive();
      expect(await runOf(runId)).toMatchObject({ status: 'cancelled', doneCount: 0 });
      await isWhole(runId, 1);
    });

    it('take up what is being cancelled, or leave it cancelled, and lose or repeat no sample', async () => {
      const runId = await runs.start(one);
      const message = runs.messages[0]!;
      const [, cancelled, resumed] = await Promise.allSettled([runs.deliver(message), cancel(runId), resume(runId)]);
      await runs.drive({ times: 2 });
      const { status } = await runOf(runId);
      const goesOn = cancelled.status === 'rejected' || resumed.status === 'fulfilled';
      expect(status).toBe(goesOn ? 'completed' : 'cancelled');
      if (status === 'cancelled') await resume(runId);
      await runs.drive({ times: 2 });
      expect(await runOf(runId)).toMatchObject({ status: 'completed', counts: { passed: 1 }, doneCount: 1 });
      await isWhole(runId, cancelled.status === 'rejected' ? 1 : 2);
    });
  });

  it('are sent anew, with all their tries, while those who die on them get further', async () => {
    const runId = await runs.start({ ...asked, problems: ids.slice(0, 2), timeoutMs: 10_000, workers: 1 });
    const message = runs.messages.shift()!;
    // One answer is what the tries before had kept when they died.
    await rowsOf(
      `insert into eval_answer (run_id, problem, sample, project_id, kind, text, usage, solve_ms, sha256)
       select run_id, (samples -> 0 ->> 0)::int, 0, project_id, 'code', 'pass', '{}', 1, '' from eval_shard where run_id = $1`,
      runId,
    );
    expect(await runs.deliver(message, { attempt: 7 })).toBeUndefined();
    expect(runs.messages).toMatchObject([{ name: 'evals.shard', input: { runId, known: 1 } }]);
    expect(await runOf(runId)).toMatchObject({ status: 'running', doneCount: 0 });
    // Where nothing was added since, it is a try like any other.
    expect(await runs.deliver(runs.messages.shift()!, { attempt: 7 })).toBeUndefined();
    expect(runs.messages.map(({ name }) => name)).toEqual(['evals.finish']);
    await runs.drive();
    expect(await runOf(runId)).toMatchObject({ status: 'completed', counts: { passed: 1, failed: 1, error: 0 } });
  });

  it('count what one who died had reserved as spent', async () => {
    const runId = await runs.start({ ...asked, workers: 1, budgetUsd: 20 });
    await rowsOf(
      `update eval_shard set reserved_usd = 19.9, lease_owner = gen_random_uuid(),
         lease_until = clock_timestamp() - interval '1 second' where run_id = $1 and shard = 0`,
      runId,
    );
    await rowsOf('update eval_run set reserved_usd = 19.9 where id = $1', runId);
    await runs.drive();
    expect(await runOf(runId)).toMatchObject({ status: 'completed', counts: { passed: 0, skipped: 6 }, paidUsd: 0 });
  });

  it('never spend more together than the run may, however many are at it', async () => {
    const before = model.calls.length;
    const runId = await runs.start({ ...asked, workers: 6, budgetUsd: 9 });
    await runs.drive({ times: 2 });
    const run = await runOf(runId);
    expect(run.counts.passed).toBeGreaterThan(0);
    expect(run.counts.skipped).toBeGreaterThan(0);
    expect(run.paidUsd).toBeLessThanOrEqual(9);
    expect(model.calls.length - before).toBe(run.counts.passed);
    const [left] = await rowsOf('select reserved_usd from eval_run where id = $1', runId);
    expect(left!['reserved_usd']).toBeCloseTo(0, 6);
  });

  describe('end a run with a sentence', () => {
    it('when its data set has changed or is gone', async () => {
      const own = join(folder, 'datasets/own');
      await mkdir(own, { recursive: true });
      const source = resolve(import.meta.dirname, '../../../evals/src/datasets/starter', ids[0]!);
      await cp(source, join(own, ids[0]!), { recursive: true });
      const { problems: _, ...rest } = reference;
      const changed = await runs.start({ ...rest, dataset: 'own' });
      await writeFile(join(own, ids[0]!, 'prompt.md'), 'Something else.');
      await runs.drive();
      const gone = await runs.start({ ...rest, dataset: 'own' });
      await rm(own, { recursive: true });
      await runs.drive();
      expect(await runOf(changed)).toMatchObject({ status: 'failed', failure: expect.stringContaining('has changed') });
      expect(await runOf(gone)).toMatchObject({ status: 'failed', failure: expect.stringContaining('no data set') });
      expect(runs.ended).toMatchObject([{ status: 'failed', summary: undefined }, { status: 'failed' }]);
      expect((await eventsOf(gone)).map(({ type }) => type)).toEqual(['done']);
    });

    it('when the key of the model is wrong, or there is none', async () => {
      const wrong = drivenRuns(app, { config: configWith('sk-fake-wrong') });
      const none = drivenRuns(app, { config: { ...configWith(''), openai: {} } });
      try {
        const runId = await wrong.start(asked);
        await wrong.drive();
        expect(await runOf(runId)).toMatchObject({ status: 'failed', failure: expect.stringMatching(/key/i) });
        await expect(none.start(asked)).rejects.toMatchObject({
          code: 'conflict',
          message: expect.stringContaining('this engine is not configured'),
        });
      } finally {
        await wrong.stop();
        await none.stop();
      }
    });
  });

  it('are not sent for what the project may not spend or an agent may not start', async () => {
    const held = drivenRuns(app, {
      config: configWith('sk-fake-for-tests'),
      limitsOf: async () => ({ runsPerHour: 1, dailyBudgetUsd: 1 }),
      count: async () => 2,
    });
    await expect(held.start({ ...asked, budgetUsd: 1_000 })).rejects.toMatchObject({
      code: 'rate_limited',
      message: expect.stringContaining("the project's $1"),
    });
    const agent = { kind: 'key' as const, id: 'k', name: 'an agent', role: 'agent' as const, selector: 's' };
    const ctx = { organisationId: 'o', actor: agent, ...held.scope };
    await expect(held.handlers.startEvalRun(ctx, reference)).rejects.toMatchObject({
      code: 'rate_limited',
      message: expect.stringMatching(/may again at \d{4}-/),
    });
    expect(held.messages).toEqual([]);
    await held.stop();
  });
});
