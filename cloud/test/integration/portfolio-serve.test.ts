import type { Input, WhetstoneContract } from '@whetstone/shared/contract';
import { v7 as uuidv7 } from 'uuid';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { expireRecommendations } from '../../src/features/portfolio/serve/expire.ts';
import { judgeTrials } from '../../src/features/portfolio/serve/trial/judge-trial.ts';
import type { Database, ProjectTx } from '../../src/platform/db/database.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { describeOn, describeOnEngines, postgres } from '../support/engines.ts';

type Outcome = Input<WhetstoneContract['recordOutcome']>;
type Settings = Input<WhetstoneContract['putPortfolioModels']>['settings'];

const patience = { timeout: 20_000, interval: 50 };
const task = { taskType: 'refactor', language: 'typescript' };

/** Tries of a model at tasks of one kind, of which the first so many were solved. */
const triesOf = (model: string, n: number, solved: number, change: Partial<Outcome> = {}): Outcome[] =>
  Array.from({ length: n }, (_, i) => ({
    ...task,
    taskId: `task-${uuidv7()}`,
    attempt: 1,
    model,
    success: i < solved,
    costUsd: 0.1,
    timeMs: 1_000,
    ...change,
  }));

const cheapAndDear = [
  ...triesOf('cheap', 40, 34, { costUsd: 0.01 }),
  ...triesOf('dear', 40, 35, { costUsd: 0.2 }),
  ...triesOf('weak', 40, 8, { costUsd: 0.001 }),
];

async function put(client: TestApp['admin'], settings: Settings) {
  const { version } = await client.getPortfolioModels({});
  return client.putPortfolioModels({ settings, version });
}

const learned = (client: TestApp['admin'], model: string, n: number) =>
  vi.waitFor(async () => {
    const { models } = await client.getPortfolioModels({});
    expect(models.find((one) => one.model === model)?.n).toBe(n);
  }, patience);

interface Answer {
  source: string;
  model: string;
  repoId?: string;
  propensity: number;
  plan: string[];
}
type Entry = [
  id: string,
  atMs: number,
  answer: number,
  taskId: string | null,
  userId: string | null,
  usd: number | null,
];

/** What is written down of recommendations. */
async function kept(app: Pick<TestApp, 'database'>, projectId: string) {
  const batches = await app.database.asSystem(({ sql: trx }) =>
    trx.selectFrom('portfolio_recommendation').selectAll().where('project_id', '=', projectId).execute(),
  );
  return batches.flatMap(({ answers, entries }) =>
    (entries as Entry[]).map(([id, , answer, taskId, userId, exploredExtraUsd]) => ({
      ...(answers as Answer[])[answer]!,
      id,
      taskId,
      userId,
      exploredExtraUsd,
    })),
  );
}

describeOnEngines('recommendations', (engine) => {
  let app: TestApp;
  let failing = false;
  let losing = false;
  beforeAll(async () => {
    const wrap = (database: Database): Database => ({
      ...database,
      async asProject(projectId, work) {
        if (failing) throw new Error('the database is away');
        const done = await database.asProject(projectId, work);
        if (losing) throw new Error('the answer of the database was lost');
        return done;
      },
    });
    app = await startApp(engine, { wrap });
    await app.work();
  });
  afterAll(() => app.close());

  async function tenant(name: string, outcomes: Outcome[] = []) {
    const { client, key, projectId } = await app.otherTenant(name);
    if (outcomes.length > 0) await client.recordOutcomes({ outcomes });
    for (const model of new Set(outcomes.map((one) => one.model)))
      await learned(client, model, outcomes.filter((one) => one.model === model).length);
    return { client, key, projectId };
  }

  it('say what to do where nothing is known, and begin with n = 0 where only names are', async () => {
    const { client } = await tenant('empty');
    const nothing = await client.recommendModel(task);
    expect(nothing).toMatchObject({ model: null, n: 0 });
    expect(nothing.reason).toContain('record outcomes');
    await put(client, { allow: ['first'] });
    expect(await client.recommendModel(task)).toMatchObject({
      model: 'first',
      n: 0,
      evidence: { level: 'none', n: 0 },
    });
  });

  it('are the cheapest of the models that are as good, from what was recorded', async () => {
    const { client } = await tenant('counted', cheapAndDear);
    await put(client, { incumbent: 'dear' });
    const answer = await vi.waitFor(async () => {
      const given = await client.recommendModel({ ...task, text: 'Split the module', taskId: 't', userId: 'u' });
      expect(given.model).toBe('cheap');
      return given;
    }, patience);
    expect(answer).toMatchObject({
      n: 40,
      evidence: { level: 'type', solved: 34, n: 40 },
      incumbent: { model: 'dear' },
      explored: false,
      propensity: 1,
    });
    expect(answer.savingShare).toBeGreaterThan(0.9);
    expect(answer.dataAt).not.toBeNull();
  });

  it('hold settings from the next answer on', async () => {
    const { client } = await tenant('settings', cheapAndDear);
    await client.recommendModel(task);
    await put(client, { deny: ['cheap'] });
    expect((await client.recommendModel(task)).model).toBe('dear');
    await put(client, { pins: [{ model: 'weak', taskType: 'refactor' }] });
    expect(await client.recommendModel(task)).toMatchObject({ model: 'weak', pinned: true });
    await put(client, { allow: ['dear'] });
    const capped = await client.recommendModel({ ...task, maxCost: 0.05 });
    expect(capped.model).toBeNull();
    expect(capped.reason).toContain('maxCost');
  });

  it.each<[string, Settings, string]>([
    ['a pin that is denied', { deny: ['a'], pins: [{ model: 'a' }] }, 'settings.pins.0.model'],
    ['a pin outside the allow-list', { allow: ['b'], pins: [{ model: 'b' }, { model: 'a' }] }, 'settings.pins.1.model'],
    [
      'a trial of a denied model',
      { deny: ['a'], trial: { challenger: 'a', incumbent: 'b', share: 0.2 } },
      'settings.trial.challenger',
    ],
    [
      'a trial of a model against itself',
      { trial: { challenger: 'a', incumbent: 'a', share: 0.2 } },
      'settings.trial.challenger',
    ],
  ])('refuse %s by name', async (_, settings, path) => {
    const { version } = await app.admin.getPortfolioModels({});
    const refused = app.admin.putPortfolioModels({ settings, version });
    await expect(refused).rejects.toMatchObject({ code: 'invalid', errors: [{ path, message: expect.any(String) }] });
  });

  it('take one of two changes made from the same version', async () => {
    const { client } = await tenant('two at once');
    const results = await Promise.allSettled(
      [0.01, 0.02].map((margin) => client.putPortfolioModels({ settings: { margin }, version: 0 })),
    );
    expect(results.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    const { reason } = results.find((one) => one.status === 'rejected') as PromiseRejectedResult;
    expect(reason).toMatchObject({ code: 'conflict', message: expect.stringContaining('at version 1') });
  });

  it('begin an epoch with a new price, and with a word', async () => {
    const { client } = await tenant('epochs', triesOf('own', 5, 4));
    const price = { inputUsdPerMillion: 1, outputUsdPerMillion: 2 };
    await put(client, { prices: { own: price } });
    const { models: first } = await client.getPortfolioModels({});
    expect(first[0]).toMatchObject({ model: 'own', epoch: 0, price: { ...price, source: 'settings' } });
    await put(client, { prices: { own: { ...price, outputUsdPerMillion: 3 } } });
    const { models: second, version } = await client.getPortfolioModels({});
    expect(second[0]).toMatchObject({ epoch: 1, epochWhy: expect.stringContaining('price') });
    const changed = { settings: {}, version, newEpochFor: 'own', why: 'a new snapshot' };
    const { models } = await client.putPortfolioModels(changed);
    expect(models[0]).toMatchObject({ epoch: 2, epochWhy: 'a new snapshot' });
  });

  it('allow no model while nobody can read which are allowed', async () => {
    const { client, key, projectId } = await tenant('unreadable', triesOf('denied', 5, 5));
    await put(client, { deny: ['denied'] });
    await app.database.asProject(projectId, ({ sql: trx }) =>
      trx.updateTable('portfolio_settings').set({ settings: '{"deny":"denied"}', version: 2 }).execute(),
    );
    await app.database.asProject(projectId, changed);
    const there = app.clientOf(key);
    const answer = await there.recommendModel(task);
    expect(answer.model).toBeNull();
    expect(answer.reason).toContain('cannot be read (deny');
    for (const ask of [() => there.getPortfolioModels({}), () => there.getRoutingTable({})])
      await expect(ask()).rejects.toMatchObject({ code: 'unavailable', message: expect.stringContaining('version 2') });
    const stale = there.putPortfolioModels({ settings: {}, version: 1 });
    await expect(stale).rejects.toMatchObject({ code: 'conflict' });
    await there.putPortfolioModels({ settings: {}, version: 2 });
    expect((await there.recommendModel(task)).model).toBe('denied');
  });

  const changed = async (tx: ProjectTx) => void (await app.events.append(tx, 'portfolio', {}));

  it('give their table once, packed', async () => {
    const { key, client } = await tenant('table', cheapAndDear);
    const get = (headers: Record<string, string> = {}) => app.call('GET', '/api/portfolio/table', { key, headers });
    const first = await get();
    const etag = first.headers.get('etag')!;
    expect(await first.json()).toMatchObject({ format: 1, version: expect.any(String) });
    expect((await get({ 'if-none-match': etag })).status).toBe(304);
    await put(client, { margin: 0.05 });
    const second = await get({ 'if-none-match': etag });
    expect(second.status).toBe(200);
    expect((await client.recommendModel(task)).tableVersion).toBe(
      ((await second.json()) as { version: string }).version,
    );
  });

  it('are kept once each, those made offline too, and never those that were only looked at', async () => {
    const { client, projectId } = await tenant('log', cheapAndDear);
    const { recommendationId, model } = await client.recommendModel({ ...task, taskId: 'known', repoId: 'acme/api' });
    await client.recommendModel({ ...task, preview: true });
    const told = {
      recommendationId: uuidv7(),
      at: new Date(Date.now() - 60_000).toISOString(),
      tableVersion: 'v',
      policyVersion: '1',
      model: 'cheap',
      explored: false,
      propensity: 1,
      plan: ['cheap', 'dear'],
    };
    const send = () => client.logRecommendations({ recommendations: [told, told] });
    expect((await Promise.all([send(), send()])).map(({ recorded }) => recorded).toSorted((a, b) => a - b)).toEqual([
      0, 1,
    ]);
    const rows = await vi.waitFor(async () => {
      const found = await kept(app, projectId);
      expect(found).toHaveLength(2);
      return found;
    }, patience);
    expect(rows.find(({ id }) => id === recommendationId)).toMatchObject({
      source: 'cloud',
      model,
      taskId: 'known',
      repoId: 'acme/api',
      propensity: 1,
      plan: [],
    });
    expect(rows.find(({ id }) => id === told.recommendationId)).toMatchObject({
      source: 'offline',
      plan: ['cheap', 'dear'],
    });
    const ahead = { ...told, recommendationId: uuidv7(), at: new Date(Date.now() + 3_600_000).toISOString() };
    await expect(client.logRecommendations({ recommendations: [told, ahead] })).rejects.toMatchObject({
      errors: [{ path: 'recommendations.1.at', message: expect.stringContaining('future') }],
    });
  });

  it('explore within the budget of the day, and not at all when it is switched off', async () => {
    const { client, projectId } = await tenant('exploring', [
      ...triesOf('usual', 30, 24, { costUsd: 0.1 }),
      ...triesOf('dearer', 4, 3, { costUsd: 0.3 }),
    ]);
    const ask = async (times: number) => {
      const answers = [];
      for (let i = 0; i < times; i++) answers.push(await client.recommendModel(task));
      return answers.filter(({ explored }) => explored).length;
    };
    const exploring = (budgetUsdPerDay: number, enabled = true): Settings => ({
      margin: 0.1,
      exploration: { enabled, share: 0.2, budgetUsdPerDay },
    });
    await put(client, exploring(0));
    expect(await ask(100)).toBe(0);
    await put(client, exploring(0.5));
    await ask(1_500);
    const spent = async () => {
      const rows = await kept(app, projectId);
      return rows.reduce((sum, row) => sum + (row.exploredExtraUsd ?? 0), 0);
    };
    await vi.waitFor(async () => expect((await kept(app, projectId)).length).toBeGreaterThanOrEqual(1_600), patience);
    expect(await spent()).toBeGreaterThan(0.2);
    expect(await spent()).toBeLessThanOrEqual(0.5);
    await put(client, exploring(1_000, false));
    expect(await ask(100)).toBe(0);
  });

  it('go on from the last table while the database is away, and say so where there never was one', async () => {
    const { key, client } = await tenant('away', cheapAndDear);
    const { tableVersion, dataAt } = await client.recommendModel(task);
    const { key: newKey, client: fresh } = await tenant('never asked');
    await fresh.getMe({});
    failing = true;
    try {
      const again = await app.call('GET', '/api/portfolio/recommend?taskType=refactor&language=typescript', { key });
      expect(await again.json()).toMatchObject({ model: 'cheap', tableVersion, dataAt });
      const first = await app.call('GET', '/api/portfolio/recommend', { key: newKey });
      expect(first.status).toBe(503);
      expect(await first.json()).toMatchObject({ detail: expect.stringContaining('routing table') });
    } finally {
      failing = false;
    }
    expect((await fresh.recommendModel({})).model).toBeNull();
  });

  it('keep what the database could not take for a while', async () => {
    const { client, projectId } = await tenant('late', cheapAndDear);
    await client.recommendModel(task);
    await vi.waitFor(async () => expect(await kept(app, projectId)).toHaveLength(1), patience);
    failing = true;
    for (let i = 0; i < 5; i++) await client.recommendModel(task);
    failing = false;
    await vi.waitFor(async () => expect(await kept(app, projectId)).toHaveLength(6), patience);
  });

  it('are kept once though the database could not say that it had them', async () => {
    const { client, projectId } = await tenant('lost answers', cheapAndDear);
    await client.recommendModel(task);
    await vi.waitFor(async () => expect(await kept(app, projectId)).toHaveLength(1), patience);
    losing = true;
    for (let i = 0; i < 5; i++) await client.recommendModel(task);
    await vi.waitFor(async () => expect((await kept(app, projectId)).length).toBeGreaterThan(1), patience);
    losing = false;
    await client.recommendModel(task);
    await vi.waitFor(async () => expect((await kept(app, projectId)).length).toBeGreaterThanOrEqual(7), patience);
    const ids = (await kept(app, projectId)).map(({ id }) => id);
    expect(ids).toHaveLength(7);
    expect(new Set(ids).size).toBe(7);
  });

  it('share what they have in common, and go when they are old', async () => {
    const { client, projectId } = await tenant('old', cheapAndDear);
    for (const repoId of ['acme/api', 'acme/api', 'acme/web']) await client.recommendModel({ ...task, repoId });
    const told = {
      at: '2024-03-01T00:00:00.000Z',
      tableVersion: '1',
      policyVersion: '1',
      model: 'cheap',
      explored: false,
    };
    const offline = { ...told, recommendationId: uuidv7(), propensity: 1, plan: ['cheap'] };
    await client.logRecommendations({ recommendations: [offline] });
    const rows = await vi.waitFor(async () => {
      const found = await kept(app, projectId);
      expect(found).toHaveLength(4);
      return found;
    }, patience);
    expect(rows.map(({ repoId }) => repoId)).toEqual(
      expect.arrayContaining(['acme/api', 'acme/api', 'acme/web', undefined]),
    );
    expect(await expireRecommendations({ database: app.database })).toBe(2);
    expect((await kept(app, projectId)).map(({ source }) => source)).toEqual(['cloud', 'cloud', 'cloud']);
    // Told again, it is as if for the first time: nobody knows that it was there.
    expect(await client.logRecommendations({ recommendations: [offline] })).toEqual({ recorded: 1 });
  });

  it('try a new model until it is known to be better, and make it the incumbent', async () => {
    const { client, projectId } = await tenant('trial', [...triesOf('old', 20, 10), ...triesOf('new', 2, 1)]);
    await put(client, {
      incumbent: 'old',
      trial: { challenger: 'new', incumbent: 'old', share: 0.5, maxTasks: 100 },
    });
    expect((await client.getPortfolioModels({})).trial).toMatchObject({ verdict: 'running', challenger: 'new' });
    const given: { recommendationId: string; model: string }[] = [];
    for (let i = 0; i < 100; i++) {
      const { recommendationId, model, propensity } = await client.recommendModel(task);
      expect(propensity).toBeCloseTo(0.5, 9);
      given.push({ recommendationId, model: model! });
    }
    expect(new Set(given.map(({ model }) => model))).toEqual(new Set(['new', 'old']));
    await vi.waitFor(async () => expect(await kept(app, projectId)).toHaveLength(100), patience);
    const outcomes = given.map(({ recommendationId, model }, i): Outcome => ({
      ...triesOf(model, 1, model === 'new' || i % 4 === 0 ? 1 : 0)[0]!,
      recommendationId,
    }));
    await client.recordOutcomes({ outcomes });
    await judgeTrials({ database: app.database, changed }, new AbortController().signal);
    const { settings, trial } = await client.getPortfolioModels({});
    expect(trial).toMatchObject({ verdict: 'challenger', decidedAt: expect.any(String) });
    expect(trial!.arms.challenger.n + trial!.arms.incumbent.n).toBe(100);
    expect(trial!.chanceBetter).toBeGreaterThan(0.95);
    expect(settings).toMatchObject({ incumbent: 'new', trial: null });
    expect((await client.recommendModel(task)).propensity).toBe(1);
  });

  it('end a trial with the next one', async () => {
    const { client, projectId } = await tenant('trials');
    const trial = { incumbent: 'old', share: 0.2 };
    await put(client, { trial: { challenger: 'a', ...trial } });
    await put(client, { trial: { challenger: 'a', ...trial, share: 0.3 } });
    await put(client, { trial: { challenger: 'b', ...trial } });
    const rows = await app.database.asProject(projectId, ({ sql: trx }) =>
      trx.selectFrom('portfolio_trial').select(['challenger', 'verdict']).orderBy('id').execute(),
    );
    expect(rows).toEqual([
      { challenger: 'a', verdict: 'undecided' },
      { challenger: 'b', verdict: 'running' },
    ]);
  });

  it('leave out rows that cannot be', async () => {
    const { client, projectId, key } = await tenant('corrupt', cheapAndDear);
    await app.database.asProject(projectId, ({ sql: trx }) =>
      trx.updateTable('portfolio_cell').set({ n: -1 }).where('model', '=', 'cheap').execute(),
    );
    await put(client, { margin: 0.04 });
    const answer = await app.clientOf(key).recommendModel(task);
    expect(answer.model).toBe('dear');
  });

  it('know nothing of another tenant', async () => {
    await tenant('there', cheapAndDear);
    const { client } = await tenant('here');
    await put(client, { pool: 'none' });
    expect((await client.recommendModel(task)).model).toBeNull();
    expect((await client.getPortfolioModels({})).models).toEqual([]);
  });
});

describeOnEngines('recommendations after a new start', (engine) => {
  it('have no second budget to explore with on the same day', async () => {
    const place = await engine.place();
    const first = await startApp(engine, { place });
    const { projectId, adminKey } = first;
    const budgetUsdPerDay = 0.5;
    try {
      await first.work();
      await first.admin.recordOutcomes({
        outcomes: [...triesOf('usual', 30, 24, { costUsd: 0.1 }), ...triesOf('dearer', 4, 3, { costUsd: 0.3 })],
      });
      await learned(first.admin, 'usual', 30);
      await put(first.admin, { margin: 0.1, exploration: { enabled: true, share: 0.2, budgetUsdPerDay } });
      for (let i = 0; i < 600; i++) await first.admin.recommendModel(task);
    } finally {
      await first.close();
    }
    const second = await startApp(engine, { place, adminKey });
    try {
      for (let i = 0; i < 600; i++) await second.admin.recommendModel(task);
      const written = await vi.waitFor(async () => {
        const found = await kept(second, projectId);
        expect(found).toHaveLength(1_200);
        return found;
      }, patience);
      const usd = written.reduce((sum, row) => sum + (row.exploredExtraUsd ?? 0), 0);
      expect(usd).toBeGreaterThan(budgetUsdPerDay - 0.25);
      expect(usd).toBeLessThanOrEqual(budgetUsdPerDay);
    } finally {
      await second.close();
      await place.remove();
    }
  });
});

describeOn(postgres, 'recommendations of two servers on one database', (engine) => {
  it('are alike, and so after a change on one of them', async () => {
    const place = await engine.place();
    const one = await startApp(engine, { place });
    const other = await startApp(engine, { place, adminKey: one.adminKey });
    try {
      await one.work();
      await one.admin.recordOutcomes({ outcomes: cheapAndDear });
      for (const { admin } of [one, other]) await learned(admin, 'cheap', 40);
      const answers = await Promise.all(
        [one, other].map(({ admin }) => admin.recommendModel({ ...task, preview: true })),
      );
      expect({ ...answers[1], recommendationId: '' }).toEqual({ ...answers[0], recommendationId: '' });
      expect(answers[0]!.model).toBe('cheap');
      await put(one.admin, { deny: ['cheap'] });
      await vi.waitFor(async () => expect((await other.admin.recommendModel(task)).model).toBe('dear'), patience);
    } finally {
      await other.close();
      await one.close();
      await place.remove();
    }
  });
});
