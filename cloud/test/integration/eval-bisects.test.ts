import { execFileSync } from 'node:child_process';
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Bisect } from '@whetstone/shared/contract';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { startOpenAiStandIn } from '../../../test/support/openai-stand-in.ts';
import { BisectRequest } from '@whetstone/shared/contract';
import { WhetstoneError } from '@whetstone/shared/errors';
import { v7 as uuidv7 } from 'uuid';
import type { KnownRequest } from '../../src/features/evals/bisect/bisect-row.ts';
import { evalBisects } from '../../src/features/evals/bisect/bisects.ts';
import { bisectRepository } from '../../src/features/evals/bisect/repository.ts';
import type { EvalRuns } from '../../src/features/evals/runs/runs.ts';
import { defineJob } from '../../src/platform/queue/job.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { describeOnEngines, silentLog } from '../support/engines.ts';
import { madeRuns } from '../support/made-runs.ts';
import { aFlag } from '../support/flags.ts';

const scratch = mkdtempSync(join(tmpdir(), 'whetstone-eval-bisects-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const dataset = 'multiples.jsonl';
const datasetsDir = join(scratch, 'datasets');
const reposDir = join(scratch, 'repos');
const repo = join(reposDir, 'agent');
const commits: string[] = [];

/** From this version on the model forgets how to multiply in two of four problems; the fourth it never knew. */
const culprit = 6;
const versions = Array.from({ length: 9 }, (_, i) => ({ version: `p${i}`, guidance: `Guidance number ${i}.` }));
const model = { kind: 'model', model: 'scripted' } as const;

beforeAll(() => {
  mkdirSync(datasetsDir, { recursive: true });
  const problems = [0, 1, 2, 3].map((i) => ({
    task_id: `Own/${i}`,
    prompt: `def f${i}(x):\n    """${i + 2} times x."""\n`,
    entry_point: `f${i}`,
    canonical_solution: `    return ${i + 2} * x\n`,
    test: `def check(candidate):\n    assert candidate(3) == ${3 * (i + 2)}\n`,
  }));
  writeFileSync(join(datasetsDir, dataset), problems.map((row) => `${JSON.stringify(row)}\n`).join(''));

  mkdirSync(repo, { recursive: true });
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.com', ...args], {
      cwd: repo,
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' },
    }).trim();
  git('init', '--quiet');
  for (let step = 0; step <= 7; step++) {
    writeFileSync(join(repo, 'factor'), step < 5 ? '2' : '9');
    writeFileSync(join(repo, 'step'), String(step));
    git('add', '--all');
    git('commit', '--quiet', '--no-verify', '-m', `step ${step}`);
    commits.push(git('rev-parse', 'HEAD'));
  }
});

const noTest = (_title: string, _test: () => Promise<void>, _timeoutMs?: number) => undefined;

describeOnEngines('bisects', (engine) => {
  let app: TestApp;
  let standIn: Awaited<ReturnType<typeof startOpenAiStandIn>>;
  let isDown = false;
  let isHeld = false;
  const asked = new Map<string, number>();

  beforeAll(async () => {
    standIn = await startOpenAiStandIn({
      answer({ messages }) {
        const text = messages.map(({ content }) => content).join('\n');
        const version = Number(/Guidance number (\d+)/.exec(text)?.[1] ?? 0);
        const i = Number(/def f(\d)/.exec(text)?.[1]);
        const key = `${version}/${i}`;
        const ordinal = asked.get(key) ?? 0;
        asked.set(key, ordinal + 1);
        // One in eleven comes out the other way, so that single verdicts do not tell.
        const isRight = i === 2 || (i !== 3 && version < culprit !== (ordinal % 11 === 10));
        return {
          problemId: `Own/${i}`,
          text: `\`\`\`python\ndef f${i}(x):\n    return ${isRight ? i + 2 : 0} * x\n\`\`\``,
        };
      },
      fault: () => (isDown ? { kind: 'status', status: 400 } : undefined),
      hold: () => vi.waitFor(() => expect(isHeld).toBe(false), { timeout: 20_000, interval: 20 }),
    });
    app = await startApp(engine, {
      evals: { datasetsDir, reposDirs: [reposDir], openai: { baseUrl: standIn.baseUrl, apiKey: 'a fake key' } },
    });
    await app.work();
  }, 60_000);
  afterAll(async () => {
    await app.close();
    await standIn.stop();
  });

  const ended = async (
    id: string,
    statuses: Bisect['status'][] = ['found', 'range', 'no_difference', 'failed'],
    patienceMs = 50_000,
  ) => {
    let bisect: Bisect | undefined;
    await vi.waitFor(
      async () => {
        bisect = await app.admin.getBisect({ id });
        expect(statuses).toContain(bisect.status);
      },
      { timeout: patienceMs, interval: 100 },
    );
    return bisect!;
  };
  /** What the database has no part in is tried on one of them alone. */
  const once = engine.name === 'pglite' ? it : noTest;
  const overPrompts = { over: { kind: 'promptVersions' as const, versions }, dataset, subject: model, seedRuns: 4 };

  /** A bisect of two problems that nothing works on. */
  async function aRow(request: z.input<typeof BisectRequest>): Promise<string> {
    const id = uuidv7();
    await app.database.asProject(app.projectId, (tx) =>
      bisectRepository.insert(tx, {
        id,
        status: 'queued',
        request: BisectRequest.parse(request) as KnownRequest,
        candidates: versions.map(({ version, guidance }) => ({ name: version, title: null, guidance })),
        problems: ['Own/0', 'Own/1'],
        maxRuns: 20,
        resumedAfter: 0,
        answer: null,
        failure: null,
        regressionId: null,
        startedBy: 'a test',
      }),
    );
    return id;
  }

  it('find the prompt version that did it, each step a run, however often messages come', async () => {
    const { id, status } = await app.admin.startBisect(overPrompts);
    expect(status).toBe('queued');
    // What the queue delivers at least once is delivered again and again meanwhile.
    const job = defineJob({
      name: 'evals.bisect',
      input: z.object({ bisectId: z.uuid() }),
      retries: { limit: 0, delayS: 1, backoff: 'fixed' },
      expireInMs: 60_000,
      run: async () => undefined,
    });
    const again = setInterval(() => void app.queue.send(job, { bisectId: id }, { projectId: app.projectId }), 150);
    const bisect = await ended(id).finally(() => clearInterval(again));

    expect(bisect).toMatchObject({
      status: 'found',
      answer: { kind: 'commit', from: culprit, to: culprit },
      problems: ['Own/0', 'Own/1'],
      seedRuns: 8,
      failure: null,
    });
    expect(bisect.answer!.sentence).toContain(`The first bad version is p${culprit}`);
    expect(bisect.answer!.confidence).toBeGreaterThanOrEqual(0.9);
    expect(bisect.candidates[culprit]!.posterior).toBe(bisect.answer!.confidence);

    const search = bisect.steps.filter(({ phase }) => phase === 'search');
    expect(search).toHaveLength(bisect.searchRuns);
    for (const { index, failed } of search) expect(failed).toBe(index >= culprit);
    expect(search.at(-1)).toMatchObject({ bestIndex: culprit, posterior: expect.any(Array) });
    expect(bisect.steps.map(({ number }) => number)).toEqual(bisect.steps.map((_, place) => place + 1));
    expect(bisect.steps.filter(({ phase }) => phase === 'scan').map(({ verdict }) => verdict)).toEqual([
      'scanned',
      'scanned',
    ]);

    const { items: runs } = await app.admin.listEvalRuns({ parentId: id, limit: 200 });
    expect(runs.map(({ runId }) => runId).toSorted()).toEqual(bisect.steps.map(({ runId }) => runId).toSorted());
    expect(runs.every(({ purpose, status: of }) => purpose === 'bisect' && of === 'completed')).toBe(true);
  }, 60_000);

  once(
    'find the version of a flag whose value did it, reading what each version served',
    async () => {
      const valued = (i: number) => `Guidance number ${i}.`;
      const flag = aFlag('guidance', {
        variants: { on: valued(0), off: '' },
      });
      await app.admin.createFlag(flag);
      for (const [step, value] of [1, undefined, 1, culprit, culprit + 1].entries())
        await app.admin.updateFlag({
          ...flag,
          ...(value === undefined && { rules: [] }),
          variants: { ...(value !== undefined && { on: valued(value) }), off: '' },
          description: `change ${step}`,
          version: step + 1,
        });
      const over = { kind: 'flagVersions' as const, flag: 'guidance', variant: 'on', good: 1, bad: 6 };
      const request = { over, dataset, subject: model, seedRuns: 4, problems: ['Own/0', 'Own/1'] };
      const bisect = await ended((await app.admin.startBisect(request)).id);
      // In version 3 the variant was deleted; version 4 has the value of version 2.
      expect(bisect.candidates.map(({ name }) => name)).toEqual(['v1', 'v2', 'v5', 'v6']);
      expect(bisect).toMatchObject({ status: 'found', answer: { from: 2, to: 2 } });

      await expect(app.admin.startBisect({ ...request, over: { ...over, bad: 99 } })).rejects.toMatchObject({
        code: 'not_found',
      });
      await expect(app.admin.startBisect({ ...request, over: { ...over, good: 2, bad: 4 } })).rejects.toThrow(
        'has one value',
      );
      await expect(app.admin.startBisect({ ...request, over: { ...over, bad: 3 } })).rejects.toThrow('has no variant');
      await expect(app.admin.startBisect({ ...request, over: { ...over, variant: 'none' } })).rejects.toThrow(
        'has no variant',
      );
    },
    60_000,
  );

  once(
    'say that there is no difference where there is none, and refuse ends that lie the wrong way round',
    async () => {
      const none = await ended(
        (
          await app.admin.startBisect({
            ...overPrompts,
            over: { kind: 'promptVersions', versions: versions.slice(0, 3) },
          })
        ).id,
      );
      expect(none).toMatchObject({ status: 'no_difference', answer: { kind: 'none', from: null, confidence: null } });

      const flipped = { kind: 'promptVersions' as const, versions: versions.toReversed() };
      const { id } = await app.admin.startBisect({ ...overPrompts, over: flipped, problems: ['Own/0', 'Own/1'] });
      const refused = await ended(id);
      expect(refused).toMatchObject({ status: 'failed', answer: null });
      expect(refused.failure).toContain('The ends are the wrong way round');
    },
    60_000,
  );

  once(
    'answer with a range when the runs are spent, and go on from there with more of them',
    async () => {
      const { id } = await app.admin.startBisect({ ...overPrompts, problems: ['Own/0'], maxRuns: 1 });
      const range = await ended(id);
      expect(range).toMatchObject({ status: 'range', answer: { kind: 'range' }, searchRuns: 1 });
      await expect(app.admin.resumeBisect({ id })).rejects.toMatchObject({ code: 'invalid' });
      expect(await app.admin.resumeBisect({ id, maxRuns: 60 })).toMatchObject({
        status: 'queued',
        maxRuns: 60,
        answer: null,
      });
      expect(await ended(id)).toMatchObject({ status: 'found', answer: { from: culprit }, seedRuns: 8 });
      await expect(app.admin.resumeBisect({ id })).rejects.toMatchObject({ code: 'conflict' });
    },
    60_000,
  );

  it('end when what a step takes stays away, so that somebody sees why and goes on', async () => {
    const { database, projectId } = app;
    const id = await aRow(overPrompts);
    const said: unknown[] = [];
    const { jobs } = evalBisects({
      database,
      queue: { send: async () => '' },
      runs: () => ({
        prepare: async () => Promise.reject(new WhetstoneError('unavailable', 'the machines do not answer')),
        handlers: {} as EvalRuns['handlers'],
      }),
      sources: { commitsOf: async () => [], variantValues: async () => [] },
      isRegression: async () => true,
      tell: async (_, event, data) => void said.push([event, data['bisectId'], data['status']]),
    });
    const attempt = (number: number) =>
      jobs[0]!.run(
        { bisectId: id },
        { projectId, attempt: number, signal: new AbortController().signal, log: silentLog },
      );
    await expect(attempt(1)).rejects.toThrow('the machines do not answer');
    expect((await app.admin.getBisect({ id })).status).toBe('queued');
    await attempt(6);
    expect(await app.admin.getBisect({ id })).toMatchObject({
      status: 'failed',
      failure: 'the machines do not answer',
    });
    expect(said).toEqual([['bisect.ended', id, 'failed']]);
  });

  it('share what is left of their budget among the runs of a step, and end when nothing is', async () => {
    const { database, projectId } = app;
    const runs = madeRuns({ database, projectId, onEnded: async () => undefined, problems: 1 });
    const { jobs } = evalBisects({
      database,
      queue: { send: async () => '' },
      runs: () => ({ prepare: runs.prepare, handlers: {} as EvalRuns['handlers'] }),
      sources: { commitsOf: async () => [], variantValues: async () => [] },
      isRegression: async () => true,
      tell: async () => undefined,
    });
    const id = await aRow({ ...overPrompts, budgetUsd: 1 });
    const advance = () =>
      jobs[0]!.run({ bisectId: id }, { projectId, attempt: 1, signal: new AbortController().signal, log: silentLog });
    /** The runs that are under way come to so much each, and to a verdict. */
    const end = async (usd: number) => {
      const { items } = await app.admin.listEvalRuns({ parentId: id, status: 'running' });
      for (const { runId } of items)
        await database.execute(`update eval_run set status = 'completed', paid_usd = $2 where id = $1`, [runId, usd]);
      await database.execute(
        `update eval_bisect_step set verdict = case candidate when 0 then 'passed' else 'failed' end
         where bisect_id = $1 and verdict is null`,
        [id],
      );
    };
    await advance();
    await end(0.15);
    await advance();
    expect(runs.prepared.map(({ budgetUsd }) => budgetUsd)).toEqual([
      ...Array.from({ length: 4 }, () => 0.25),
      ...Array.from({ length: 4 }, () => expect.closeTo(0.1, 9)),
    ]);
    await end(0.1);
    await advance();
    expect(runs.prepared).toHaveLength(8);
    expect(await app.admin.getBisect({ id })).toMatchObject({
      status: 'range',
      failure: 'the budget of $1 does not reach for the next run ($1 spent)',
    });
  });

  it('take trouble of the infrastructure for no verdict: they stop after three such runs, and can be resumed', async () => {
    isDown = true;
    const { id } = await app.admin.startBisect({ ...overPrompts, problems: ['Own/0', 'Own/1'] });
    const stopped = await ended(id);
    isDown = false;
    expect(stopped).toMatchObject({ status: 'failed', seedRuns: 0 });
    expect(stopped.failure).toContain('gave no verdict');
    expect(new Set(stopped.steps.flatMap(({ verdict }) => verdict ?? []))).toEqual(new Set(['error']));
    await app.admin.resumeBisect({ id });
    const bisect = await ended(id);
    expect(bisect).toMatchObject({ status: 'found', answer: { from: culprit }, seedRuns: 8 });
    expect(bisect.candidates[culprit]!.failures).toBe(bisect.candidates[culprit]!.runs);
  }, 60_000);

  it('stop when they are told to, their runs with them, and go on later', async () => {
    // Its models answer nobody meanwhile, so that it cannot come to its end before it is told to stop.
    isHeld = true;
    const { id } = await app.admin.startBisect({ ...overPrompts, problems: ['Own/0'] });
    await ended(id, ['seeding', 'searching']);
    expect(await app.admin.cancelBisect({ id })).toMatchObject({ status: 'cancelled' });
    isHeld = false;
    await expect(app.admin.cancelBisect({ id })).rejects.toMatchObject({ code: 'conflict' });
    await vi.waitFor(async () => {
      const { items } = await app.admin.listEvalRuns({ parentId: id });
      expect(items.every(({ status }) => status === 'completed' || status === 'cancelled')).toBe(true);
    });
    await app.admin.resumeBisect({ id });
    expect(await ended(id)).toMatchObject({ status: 'found', answer: { from: culprit } });
    const { items } = await app.admin.listBisects({ limit: 1 });
    expect(items).toMatchObject([{ id, status: 'found', steps: expect.any(Array) }]);
  }, 60_000);

  it('refuse in the answer what could find nothing or must not be looked at', async () => {
    const overCommits = { kind: 'commits' as const, repo: 'agent', good: commits[0]!, bad: commits[7]! };
    const command = { kind: 'command' as const, command: 'true' };
    const start = (
      over: Parameters<typeof app.admin.startBisect>[0]['over'],
      subject: typeof model | typeof command | { kind: 'reference' },
    ) => app.admin.startBisect({ over, dataset, subject });
    await expect(start({ ...overCommits, repo: '/etc' }, command)).rejects.toMatchObject({ code: 'forbidden' });
    await expect(start({ ...overCommits, repo: '../datasets' }, command)).rejects.toMatchObject({ code: 'forbidden' });
    await expect(start({ ...overCommits, good: 'abcdef1' }, command)).rejects.toMatchObject({ code: 'not_found' });
    await expect(start({ ...overCommits, good: commits[7]!, bad: commits[0]! }, command)).rejects.toThrow(
      'no ancestor',
    );
    await expect(start(overCommits, model)).rejects.toThrow('answers the same at every commit');
    await expect(start(overPrompts.over, { kind: 'reference' })).rejects.toThrow('reads no guidance');
    await expect(app.admin.startBisect({ ...overPrompts, problems: ['Own/9'] })).rejects.toMatchObject({
      code: 'not_found',
    });
    await expect(app.admin.startBisect({ ...overPrompts, dataset: 'nowhere' })).rejects.toMatchObject({
      code: 'not_found',
    });
    const same = versions.map(({ version }) => ({ version, guidance: 'the same' }));
    await expect(start({ kind: 'promptVersions', versions: same }, model)).rejects.toThrow('have the same guidance');
  });

  // What jails do does not depend on the database, and each command takes its time.
  once(
    'find the commit after which an agent in its checkout fails',
    async () => {
      const over = { kind: 'commits' as const, repo: 'agent', good: commits[4]!, bad: commits[6]! };
      const answer = String.raw`printf '%s\n' '~~~python' 'def f0(x):' "    return $(cat $WHETSTONE_REPO/factor) * x" '~~~' | tr '~' '\140'`;
      const bisect = await ended(
        (
          await app.admin.startBisect({
            over,
            dataset,
            subject: { kind: 'command', command: answer },
            problems: ['Own/0'],
            seedRuns: 4,
            sandbox: 'process',
          })
        ).id,
        undefined,
        220_000,
      );
      expect(bisect).toMatchObject({ status: 'found', answer: { kind: 'commit', from: 1, to: 1 } });
      expect(bisect.candidates[1]).toMatchObject({ name: commits[5], title: 'step 5' });
      expect(bisect.answer!.sentence).toContain(`${commits[5]!.slice(0, 10)} (step 5)`);
    },
    240_000,
  );
});
