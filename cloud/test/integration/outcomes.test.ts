import type { Input, WhetstoneContract } from '@whetstone/shared/contract';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expireOutcomes } from '../../src/features/portfolio/record/expire.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { describeOnEngines } from '../support/engines.ts';

type Outcome = Input<WhetstoneContract['recordOutcome']>;

const dayMs = 24 * 3_600_000;
const ago = (ms: number) => new Date(Date.now() - ms).toISOString();
const good: Outcome = { taskType: 'refactor', model: 'some-model', success: true, timeMs: 1_250 };

describeOnEngines('outcomes', (engine) => {
  let app: TestApp;
  let agent: TestApp['admin'];
  beforeAll(async () => {
    app = await startApp(engine);
    agent = app.clientOf(await app.keyWith('agent'));
  });
  afterAll(() => app.close());

  const stored = async (taskId: string) => {
    const rows = await app.database.asSystem(({ sql: trx }) =>
      trx.selectFrom('outcome').selectAll().where('task_id', '=', taskId).orderBy('received_at').execute(),
    );
    return rows;
  };

  it('are kept with all that was said', async () => {
    const { id, recorded } = await agent.recordOutcome({
      taskId: 'whole',
      attempt: 2,
      taskType: 'refactor',
      model: 'some-model',
      outcome: 'failed',
      costUsd: 0.0125,
      inputTokens: 5_000_000_000,
      outputTokens: 80,
      cacheTokens: 0,
      timeMs: 1_250.5,
      language: 'typescript',
      complexity: 'medium',
      repoId: 'acme/api',
      repoSize: 50_000,
      taskText: 'rename the function',
      userId: 'alice',
      recommendationId: 'r-1',
      verified: false,
      flags: { 'new-fixer-prompt': 'on' },
      guidanceVersion: '3',
      metrics: { toolCalls: 14, score: -0.5 },
      at: '2026-01-01T01:00:00+01:00',
    });
    expect(recorded).toBe(true);
    const [row, ...others] = await stored('whole');
    expect(others).toEqual([]);
    expect(row).toMatchObject({
      id,
      project_id: app.projectId,
      source: 'portfolio',
      at: new Date('2026-01-01T00:00:00Z'),
      attempt: 2,
      outcome: 'failed',
      cost_usd: 0.0125,
      input_tokens: '5000000000',
      output_tokens: '80',
      cache_tokens: '0',
      time_ms: 1_250.5,
      repo_size: '50000',
      verified: false,
      task_text: 'rename the function',
      user_id: 'alice',
      repo_id: 'acme/api',
      recommendation_id: 'r-1',
      guidance_version: '3',
      language: 'typescript',
      complexity: 'medium',
      flags: { 'new-fixer-prompt': 'on' },
      metrics: { toolCalls: 14, score: -0.5 },
    });
  });

  describe('are stored once', () => {
    it('for an idempotency key, though it comes ten times at once', async () => {
      const send = () => agent.recordOutcome({ ...good, userId: 'once' }, { idempotencyKey: 'outcome-once' });
      const answers = await Promise.all(Array.from({ length: 10 }, send));
      expect(new Set(answers.map(({ id }) => id)).size).toBe(1);
      const other = agent.recordOutcome({ ...good, userId: 'other' }, { idempotencyKey: 'outcome-once' });
      await expect(other).rejects.toMatchObject({ code: 'conflict' });
    });

    it('for a task and an attempt, though each sending has a key and a time of its own', async () => {
      const send = (at: string) =>
        agent.recordOutcome({ ...good, taskId: 'natural', attempt: 1, at, metrics: { a: 1, b: 2 } });
      const answers = await Promise.all([send(ago(1_000)), send(ago(2_000)), send(ago(3_000))]);
      expect(new Set(answers.map(({ id }) => id)).size).toBe(1);
      expect(answers.filter(({ recorded }) => recorded)).toHaveLength(1);
      const reordered = await agent.recordOutcome({ metrics: { b: 2, a: 1 }, attempt: 1, taskId: 'natural', ...good });
      expect(reordered).toEqual({ id: answers[0]!.id, recorded: false });
      expect(await stored('natural')).toHaveLength(1);
    });

    it('and another outcome of the same attempt is a conflict that says what to do', async () => {
      await agent.recordOutcome({ ...good, taskId: 'taken', attempt: 1 });
      await expect(agent.recordOutcome({ ...good, success: false, taskId: 'taken', attempt: 1 })).rejects.toMatchObject(
        {
          code: 'conflict',
          message: expect.stringContaining('count the attempts of a task up'),
        },
      );
      await agent.recordOutcome({ ...good, success: false, taskId: 'taken', attempt: 2 });
      expect(await stored('taken')).toHaveLength(2);
    });

    it('of a task without attempts when nothing differs, and as often as something does', async () => {
      for (const model of ['small', 'small', 'large'])
        await agent.recordOutcome({ ...good, model, taskId: 'uncounted' });
      expect((await stored('uncounted')).map(({ model }) => model)).toEqual(['small', 'large']);
    });

    it('but as often as they come when they name no task', async () => {
      const count = async () => {
        const { rows } = await app.database.asSystem(({ sql: trx }) =>
          sql<{ n: number }>`select count(*)::integer as n from outcome where user_id = 'nameless'`.execute(trx),
        );
        return rows[0]!.n;
      };
      for (let i = 0; i < 2; i++) await agent.recordOutcome({ ...good, userId: 'nameless' });
      expect(await count()).toBe(2);
    });

    it('for each tenant', async () => {
      const { client } = await app.otherTenant('outcomes elsewhere');
      const here = await agent.recordOutcome({ ...good, taskId: 'shared', attempt: 1 });
      const there = await client.recordOutcome({ ...good, taskId: 'shared', attempt: 1 });
      expect([here.recorded, there.recorded]).toEqual([true, true]);
    });
  });

  it('end when they arrive where their clock is a little ahead, or before the product was', async () => {
    const before = Date.now();
    for (const at of [ago(-60_000), '1970-01-01T00:00:00Z', undefined])
      await agent.recordOutcome({ ...good, taskId: 'clocks', at });
    const rows = await stored('clocks');
    expect(rows).toHaveLength(3);
    for (const { at, received_at: receivedAt } of rows) {
      expect(at.getTime()).toBeGreaterThanOrEqual(before);
      expect(at).toEqual(receivedAt);
    }
  });

  it.each<[string, Record<string, unknown>, string]>([
    ['neither outcome nor success', { success: undefined }, 'outcome'],
    ['both', { outcome: 'solved' }, 'success'],
    ['an outcome of their own', { success: undefined, outcome: 'great' }, 'outcome'],
    ['no model', { model: '' }, 'model'],
    ['no time', { timeMs: undefined }, 'timeMs'],
    ['negative money', { costUsd: -1 }, 'costUsd'],
    ['half a token', { inputTokens: 1.5 }, 'inputTokens'],
    ['attempt 0', { attempt: 0 }, 'attempt'],
    ['a metric with a taken name', { metrics: { costUsd: 1 } }, 'metrics.costUsd'],
    ['a metric without a name', { metrics: { '': 1 } }, 'metrics.'],
    ['a metric that is no number', { metrics: { calls: '14' } }, 'metrics.calls'],
    [
      'too many metrics',
      { metrics: Object.fromEntries(Array.from({ length: 51 }, (_, i) => [`m${i}`, i])) },
      'metrics',
    ],
    ['a flag that is none', { flags: { 'No Flag': 'on' } }, 'flags.No Flag'],
    ['a variant that is none', { flags: { flag: true } }, 'flags.flag'],
    ['a long task', { taskId: 'x'.repeat(1_025) }, 'taskId'],
    ['a time without a zone', { at: '2026-01-01T00:00:00' }, 'at'],
    ['a field nobody knows', { cost: 1 }, 'cost'],
    ['money beyond reason', { costUsd: 1e300 }, 'costUsd'],
    ['money that is no number', { costUsd: Number.NaN }, 'costUsd'],
    ['tokens beyond reason', { inputTokens: 1e15 }, 'inputTokens'],
    ['more tokens from a cache than there were', { inputTokens: 10, cacheTokens: 11 }, 'cacheTokens'],
    ['a clock that is ahead', { at: ago(-10 * 60_000) }, 'at'],
    ['a correction of nothing that has a name', { corrects: true, taskId: 'x' }, 'corrects'],
  ])('name the field at fault: %s', async (_, change, path) => {
    const answer = await app.call('POST', '/api/portfolio/record', { key: app.adminKey, body: { ...good, ...change } });
    expect(await answer.json()).toMatchObject({ status: 400, errors: [{ path }] });
  });

  it('are deleted when they ended 400 days ago, and not before', async () => {
    await agent.recordOutcome({ ...good, taskId: 'old', at: ago(401 * dayMs) });
    await agent.recordOutcome({ ...good, taskId: 'older', at: ago(402 * dayMs) });
    await agent.recordOutcome({ ...good, taskId: 'young', at: ago(399 * dayMs) });
    expect(await expireOutcomes({ database: app.database, rowsAtOnce: 1 })).toBe(2);
    expect([await stored('old'), await stored('older')]).toEqual([[], []]);
    expect(await stored('young')).toHaveLength(1);
  });
});
