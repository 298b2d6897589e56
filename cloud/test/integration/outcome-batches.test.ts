import {
  PortfolioSettings,
  type Input,
  type OutcomeBatchResult,
  type WhetstoneContract,
} from '@whetstone/shared/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApp, type TestApp } from '../support/app.ts';
import { describeOnEngines } from '../support/engines.ts';

type Outcome = Input<WhetstoneContract['recordOutcome']>;

const good: Outcome = { taskType: 'refactor', model: 'some-model', success: true, timeMs: 1_250 };
const statuses = (results: readonly OutcomeBatchResult[]) => results.map(({ status }) => status);
const idOf = (result: OutcomeBatchResult) => ('id' in result ? result.id : undefined);

describeOnEngines('batches and corrections of outcomes', (engine) => {
  let app: TestApp;
  let agent: TestApp['admin'];
  beforeAll(async () => {
    app = await startApp(engine);
    agent = app.clientOf(await app.keyWith('agent'));
  });
  afterAll(() => app.close());

  const record = async (...outcomes: Outcome[]) => (await agent.recordOutcomes({ outcomes })).results;
  const stored = (taskId: string) =>
    app.database.asSystem(({ sql }) =>
      sql.selectFrom('outcome').selectAll().where('task_id', '=', taskId).orderBy('attempt').execute(),
    );
  const pending = (ids: readonly string[]) =>
    app.database.asSystem(({ sql }) =>
      sql
        .selectFrom('outcome_pending')
        .selectAll()
        .where('outcome_id', 'in', [...ids, app.projectId])
        .execute(),
    );
  /** As if it had been counted. */
  const fold = (id: string) =>
    app.database.asSystem(async ({ sql }) => {
      await sql.deleteFrom('outcome_pending').where('outcome_id', '=', id).execute();
    });

  describe('are answered one by one, in order', () => {
    it('recorded, known or refused, whatever the others are', async () => {
      await agent.recordOutcome({ ...good, taskId: 'order', attempt: 1 });
      const results = await record(
        { ...good, taskId: 'order', attempt: 2 },
        { ...good, taskId: 'order', attempt: 1 },
        { ...good, taskId: 'order', attempt: 1, success: false },
        { ...good, taskId: 'order', attempt: 3, costUsd: -1 },
        { ...good, taskId: 'order', attempt: 4, at: '2199-01-01T00:00:00Z' },
        { ...good, taskId: 'order', attempt: 5, costUsd: null as unknown as number },
        { ...good, taskId: 'order', attempt: 6, success: undefined, outcome: 'great' as 'solved' },
        'nothing of the kind' as unknown as Outcome,
        { ...good, taskId: 'order', attempt: 7 },
      );
      expect(statuses(results)).toEqual([
        'recorded',
        'known',
        'refused',
        'refused',
        'refused',
        'refused',
        'refused',
        'refused',
        'recorded',
      ]);
      const messages = results.flatMap((each) => (each.status === 'refused' ? [each.message] : []));
      expect(messages).toEqual([
        expect.stringContaining('attempt 1 of the task "order" is recorded already'),
        expect.stringContaining('costUsd: '),
        expect.stringContaining('at: lies in the future'),
        expect.stringContaining('costUsd: '),
        expect.stringContaining('outcome: '),
        expect.stringContaining('expected object'),
      ]);
      expect((await stored('order')).map(({ attempt }) => attempt)).toEqual([1, 2, 7]);
    });

    it('as if each had come after the one before it', async () => {
      const results = await record(
        { ...good, taskId: 'twice', attempt: 1 },
        { ...good, taskId: 'twice', attempt: 1 },
        { ...good, taskId: 'twice', attempt: 1, model: 'other' },
        { ...good, taskId: 'twice', attempt: 1, success: false, corrects: true },
        { ...good, taskId: 'twice', attempt: 1, success: false },
        { ...good, userId: 'nameless' },
        { ...good, userId: 'nameless' },
      );
      expect(statuses(results)).toEqual(['recorded', 'known', 'refused', 'recorded', 'known', 'recorded', 'recorded']);
      expect(new Set([0, 1, 3, 4].map((place) => idOf(results[place]!))).size).toBe(1);
      expect(await stored('twice')).toMatchObject([{ model: 'some-model', outcome: 'failed' }]);
    });

    it('and sent again, all that have a name are known', async () => {
      const outcomes = Array.from({ length: 500 }, (_, i) => ({ ...good, taskId: `again-${i}`, attempt: 1 }));
      const first = await record(...outcomes);
      const second = await record(...outcomes.toReversed());
      expect(new Set(statuses(first))).toEqual(new Set(['recorded']));
      expect(new Set(statuses(second))).toEqual(new Set(['known']));
      expect(second.map(idOf).toReversed()).toEqual(first.map(idOf));
    });

    it('once per idempotency key', async () => {
      const send = () =>
        agent.recordOutcomes({ outcomes: [{ ...good, userId: 'keyed' }] }, { idempotencyKey: 'a-batch' });
      const answers = await Promise.all(Array.from({ length: 5 }, send));
      expect(new Set(answers.map(({ results }) => idOf(results[0]!))).size).toBe(1);
    });

    it('at most 500 of them, and at least one', async () => {
      await expect(record()).rejects.toMatchObject({ code: 'invalid' });
      await expect(record(...Array.from({ length: 501 }, () => good))).rejects.toMatchObject({ code: 'invalid' });
    });
  });

  it('come from many clients at once, in any order, and each is stored once', async () => {
    const outcomes = Array.from({ length: 60 }, (_, i) => ({ ...good, taskId: 'crowd', attempt: i + 1 }));
    const rotated = (by: number) => [...outcomes.slice(by), ...outcomes.slice(0, by)];
    const batches = [outcomes, outcomes.toReversed(), rotated(20), rotated(40), rotated(7).toReversed()];
    const answers = await Promise.all(batches.map((batch) => record(...batch)));
    expect(await stored('crowd')).toHaveLength(60);
    expect(answers.flat().filter(({ status }) => status === 'recorded')).toHaveLength(60);
    expect(answers.flat().filter(({ status }) => status === 'known')).toHaveLength(240);
  });

  it('belong to their tenant: the same names elsewhere are others', async () => {
    const { client, projectId } = await app.otherTenant('batches elsewhere');
    const [here] = await record({ ...good, taskId: 'tenants', attempt: 1 });
    const there = await client.recordOutcomes({
      outcomes: [{ ...good, success: false, taskId: 'tenants', attempt: 1, corrects: true }],
    });
    expect([here!.status, statuses(there.results)]).toEqual(['recorded', ['recorded']]);
    const rows = await stored('tenants');
    expect(new Map(rows.map((row) => [row.project_id, row.outcome]))).toEqual(
      new Map([
        [app.projectId, 'solved'],
        [projectId, 'failed'],
      ]),
    );
    expect((await pending(rows.map(({ id }) => id))).map((row) => row.project_id).toSorted()).toEqual(
      [app.projectId, projectId].toSorted(),
    );
  });

  it('are named for whoever learns from them, unless nothing can be learned', async () => {
    const results = await record(
      { ...good, taskId: 'learn', attempt: 1 },
      { ...good, success: undefined, outcome: 'provider_error', taskId: 'learn', attempt: 2, costUsd: 0.5 },
      { ...good, userId: 'nameless' },
      { ...good, success: undefined, outcome: 'provider_error', userId: 'nameless' },
    );
    const rows = await pending(results.flatMap((each) => idOf(each) ?? []));
    expect(rows.map((row) => row.outcome_id).toSorted()).toEqual(
      results
        .slice(0, 3)
        .map((each) => idOf(each)!)
        .toSorted(),
    );
    for (const { was, project_id: projectId } of rows) expect([was, projectId]).toEqual([null, app.projectId]);
  });

  describe('that turn out to be others', () => {
    const first = { ...good, taskType: 'bugfix', language: 'go', costUsd: 0.5, at: '2026-02-01T00:00:00.000Z' };

    it('are replaced in their place, and what had been counted is kept until it is taken back', async () => {
      const named = { taskId: 'counted', attempt: 1 };
      const { id } = await agent.recordOutcome({ ...first, ...named });
      await fold(id);
      const corrected = { ...good, ...named, model: 'other-model', success: false, corrects: true } as const;
      expect(await agent.recordOutcome(corrected)).toEqual({ id, recorded: true });
      const [row, ...others] = await stored('counted');
      expect(others).toEqual([]);
      expect(row).toMatchObject({ id, outcome: 'failed', model: 'other-model', cost_usd: null, language: null });
      expect(row!.corrected_at).toBeInstanceOf(Date);
      // It names no time: it is about the same moment.
      expect(row!.at).toEqual(new Date(first.at));
      const was = {
        source: 'portfolio',
        model: 'some-model',
        attempt: 1,
        outcome: 'solved',
        cost_usd: 0.5,
        time_ms: 1_250,
        task_type: 'bugfix',
        language: 'go',
        complexity: null,
        repo_id: null,
        at: first.at,
      };
      expect(await pending([id])).toEqual([{ outcome_id: id, project_id: app.projectId, was }]);
      // Nobody counted the first correction: what is to be taken back is still what had been counted.
      await agent.recordOutcome({ ...corrected, model: 'third-model' });
      expect(await pending([id])).toMatchObject([{ was }]);
    });

    it('and were not counted yet, are counted as they are now', async () => {
      const { id } = await agent.recordOutcome({ ...first, taskId: 'uncounted', attempt: 1 });
      await agent.recordOutcome({ ...first, taskId: 'uncounted', attempt: 1, success: false, corrects: true });
      expect(await pending([id])).toMatchObject([{ was: null }]);
      expect(await stored('uncounted')).toMatchObject([{ outcome: 'failed' }]);
    });

    it('are known when the correction comes again, and a conflict when the first record does', async () => {
      const named = { taskId: 'again', attempt: 1 };
      const { id } = await agent.recordOutcome({ ...good, ...named });
      const correction = { ...good, ...named, success: false, corrects: true } as const;
      await agent.recordOutcome(correction);
      await fold(id);
      expect(await agent.recordOutcome(correction)).toEqual({ id, recorded: false });
      expect(await pending([id])).toEqual([]);
      await expect(agent.recordOutcome({ ...good, ...named })).rejects.toMatchObject({
        code: 'conflict',
        message: expect.stringContaining('corrects: true'),
      });
    });

    it('are simply recorded where nothing was', async () => {
      const corrects = { ...good, taskId: 'unheard', attempt: 1, corrects: true } as const;
      expect(await agent.recordOutcome(corrects)).toMatchObject({ recorded: true });
      expect(await agent.recordOutcome({ ...good, taskId: 'unheard', attempt: 1 })).toMatchObject({ recorded: false });
      expect((await stored('unheard'))[0]!.corrected_at).toBeNull();
    });

    it('by several at once, leave one of them and what had been counted', async () => {
      const { id } = await agent.recordOutcome({ ...first, taskId: 'raced', attempt: 1 });
      await fold(id);
      await Promise.all(
        ['a', 'b', 'c', 'd'].map((model) =>
          agent.recordOutcome({ ...first, model, taskId: 'raced', attempt: 1, corrects: true }),
        ),
      );
      expect(await stored('raced')).toHaveLength(1);
      expect(await pending([id])).toMatchObject([{ was: { model: 'some-model' } }]);
    });
  });

  describe('cost', () => {
    const tokens = { inputTokens: 1_000_000, outputTokens: 100_000, cacheTokens: 400_000 };
    beforeAll(() =>
      app.database.asProject(app.projectId, async ({ sql, projectId, now }) => {
        const settings = PortfolioSettings.parse({
          prices: {
            'own-model': { inputUsdPerMillion: 10, outputUsdPerMillion: 50, cacheUsdPerMillion: 1 },
            'gpt-4o-mini': { inputUsdPerMillion: 1, outputUsdPerMillion: 1 },
          },
        });
        await sql
          .insertInto('portfolio_settings')
          .values({
            project_id: projectId,
            version: 1,
            settings: JSON.stringify(settings),
            pool: settings.pool,
            updated_at: now,
          })
          .execute();
      }),
    );

    it.each<[string, Partial<Outcome>, number | null]>([
      ['what was told, nothing included', { ...tokens, model: 'own-model', costUsd: 0 }, 0],
      ['the tokens at the price of the project', { ...tokens, model: 'own-model' }, 0.6 * 10 + 0.4 * 1 + 0.1 * 50],
      ['that of the project before the list', { ...tokens, model: 'gpt-4o-mini' }, 1.1],
      // $1.25 in, $0.125 from the cache, $10 out per million.
      ['the tokens at the list price', { ...tokens, model: 'gpt-5' }, 0.6 * 1.25 + 0.4 * 0.125 + 0.1 * 10],
      ['the price of the day', { ...tokens, model: 'o3', at: '2025-05-01T00:00:00Z' }, 0.6 * 10 + 0.4 * 0.5 + 0.1 * 40],
      ['nobody knows what, by a price that nobody knows', { ...tokens, model: 'gpt-99' }, null],
      ['nobody knows what, without the tokens of the answer', { inputTokens: 5, model: 'own-model' }, null],
    ])('%s', async (name, said, costUsd) => {
      const [result] = await record({ ...good, taskId: name, attempt: 1, ...said });
      expect(result!.status).toBe('recorded');
      const [row] = await stored(name);
      if (costUsd === null) expect(row!.cost_usd).toBeNull();
      else expect(row!.cost_usd).toBeCloseTo(costUsd, 12);
    });

    it('the tokens at the list price where another project has its own', async () => {
      const { client } = await app.otherTenant('prices elsewhere');
      await client.recordOutcome({ ...good, ...tokens, model: 'gpt-4o-mini', taskId: 'elsewhere', attempt: 1 });
      // $0.15 in, $0.075 from the cache, $0.60 out per million.
      expect((await stored('elsewhere'))[0]!.cost_usd).toBeCloseTo(0.6 * 0.15 + 0.4 * 0.075 + 0.1 * 0.6, 12);
    });
  });
});
