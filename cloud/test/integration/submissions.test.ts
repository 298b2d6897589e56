import type { Input, WhetstoneContract } from '@whetstone/shared/contract';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { expireSubmissions } from '../../src/features/evals/submissions/expire.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { describeOnEngines } from '../support/engines.ts';
import { aFlag } from '../support/flags.ts';

type Submission = Input<WhetstoneContract['submitEvalRun']>;

const dayMs = 24 * 3_600_000;
const ago = (ms: number) => new Date(Date.now() - ms).toISOString();
const good: Submission = { model: 'some-model', problem: 'fix-the-parser', passed: true };

describeOnEngines('submitted outcomes', (engine) => {
  let app: TestApp;
  let agent: TestApp['admin'];
  beforeAll(async () => {
    app = await startApp(engine);
    agent = app.clientOf(await app.keyWith('agent'));
  });
  afterAll(() => app.close());

  const stored = (problem: string) =>
    app.database.asSystem(({ sql }) =>
      sql.selectFrom('eval_submission').selectAll().where('problem', '=', problem).orderBy('at').execute(),
    );

  it('are kept with all that was said', async () => {
    const code = [{ op: 'replace', path: 'a.ts', value: { deep: [null, 1.5, '✓'] } }];
    const said = { model: 'm', passed: false, costUsd: 0.02, timeMs: 1_250.5, code };
    const joined = { taskId: 't-1', taskType: 'refactor', userId: 'kim', repoId: 'acme/api', flags: { f: 'on' } };
    const build = { commit: '3f786850e387', guidanceVersion: '3' };
    const { id } = await agent.submitEvalRun({
      ...said,
      ...joined,
      ...build,
      problem: 'whole',
      at: '2026-01-01T01:00:00+01:00',
    });
    expect(await stored('whole')).toEqual([
      {
        id,
        project_id: app.projectId,
        at: new Date('2026-01-01T00:00:00Z'),
        received_at: expect.any(Date),
        task_id: 't-1',
        model: 'm',
        problem: 'whole',
        task_type: 'refactor',
        passed: false,
        cost_usd: 0.02,
        time_ms: 1_250.5,
        commit_id: '3f786850e387',
        user_id: 'kim',
        repo_id: 'acme/api',
        flags: { f: 'on' },
        guidance_version: '3',
        code,
      },
    ]);
  });

  it('need no more than a model, a problem and a verdict, and no clock that is right', async () => {
    for (const at of [undefined, ago(-5 * dayMs), '1999-01-01T00:00:00Z'])
      await agent.submitEvalRun({ ...good, problem: 'bare', ...(at && { at }) });
    const rows = await stored('bare');
    expect(rows).toHaveLength(3);
    for (const { at, received_at: receivedAt, code } of rows) expect([at, code]).toEqual([receivedAt, null]);
  });

  it('are applied once per Idempotency-Key, though they come ten times at once', async () => {
    const send = () =>
      agent.submitEvalRun({ ...good, problem: 'once', taskId: 'once' }, { idempotencyKey: 'submitted-once' });
    const answers = await Promise.all(Array.from({ length: 10 }, send));
    expect(new Set(answers.map(({ id }) => id)).size).toBe(1);
    expect(await stored('once')).toHaveLength(1);
    const other = agent.submitEvalRun({ ...good, problem: 'other' }, { idempotencyKey: 'submitted-once' });
    await expect(other).rejects.toMatchObject({ code: 'conflict' });
    const outcomes = await app.database.asSystem(({ sql }) =>
      sql.selectFrom('outcome').select(['source', 'outcome']).where('task_id', '=', 'once').execute(),
    );
    expect(outcomes).toEqual([{ source: 'eval', outcome: 'solved' }]);
  });

  it('count in experiments by task, each submission of a task for itself', async () => {
    const { client, key } = await app.otherTenant('experiment');
    await client.createFlag(
      aFlag('prompt', {
        fallthrough: {
          split: [
            { variant: 'on', weight: 1 },
            { variant: 'off', weight: 1 },
          ],
        },
      }),
    );
    for (let n = 0; n < 12; n++) {
      const user = { userId: `user-${n}`, taskId: `task-${n}` };
      const { variant, flagVersion } = await client.evaluateFlag({ key: 'prompt', ...user });
      await client.recordExposures({
        exposures: [{ flag: 'prompt', variant: variant!, flagVersion: flagVersion!, unit: user.userId, ...user }],
      });
      // Two equal ones, as of an agent that tried twice: the cost of the task is that of both.
      for (let attempt = 0; attempt < 2; attempt++)
        await app
          .clientOf(key)
          .submitEvalRun({ ...good, taskId: user.taskId, passed: variant === 'on', costUsd: 0.5, timeMs: 100 });
    }
    const armsOf = async (metric: string) =>
      Object.fromEntries(
        (await client.getExperiment({ key: 'prompt', metric })).variants.map(({ variant, mean }) => [variant, mean]),
      );
    expect(await armsOf('success')).toEqual({ on: 1, off: 0 });
    expect(await armsOf('costUsd')).toEqual({ on: 1, off: 1 });
    expect(await armsOf('timeMs')).toEqual({ on: 200, off: 200 });
  });

  it.each([
    [{ costUsd: -0.01 }, 'costUsd'],
    [{ costUsd: 1e300 }, 'costUsd'],
    [{ timeMs: -1 }, 'timeMs'],
    [{ model: ' ' }, 'model'],
    [{ problem: '' }, 'problem'],
    [{ at: 'yesterday' }, 'at'],
    [{ passed: 'yes' }, 'passed'],
    [{ cost: 1 }, 'cost'],
  ])('are refused by the name of what is wrong: %j', async (wrong, path) => {
    const refused = await app.call('POST', '/api/eval/submit', { key: app.adminKey, body: { ...good, ...wrong } });
    expect(await refused.json()).toMatchObject({ status: 400, errors: [{ path }] });
  });

  it('are refused where the code is nested beyond reason, or too large', async () => {
    const deep = `${'['.repeat(100)}${']'.repeat(100)}`;
    const body = JSON.stringify(good).replace('}', `,"code":${deep}}`);
    const refused = await app.call('POST', '/api/eval/submit', { key: app.adminKey, body });
    expect(await refused.json()).toMatchObject({ status: 400, detail: expect.stringContaining('nested deeper') });
    const large = await app.call('POST', '/api/eval/submit', {
      key: app.adminKey,
      body: { ...good, code: 'x'.repeat(1_100_000) },
    });
    expect(large.status).toBe(413);
  });

  it('go when they have had their time, and those of others stay', async () => {
    const { client } = await app.otherTenant('expires');
    for (const days of [401, 402, 399]) await client.submitEvalRun({ ...good, problem: 'old', at: ago(days * dayMs) });
    await agent.submitEvalRun({ ...good, problem: 'young' });
    expect(await expireSubmissions({ database: app.database, rowsAtOnce: 1 })).toBe(2);
    expect([(await stored('old')).length, (await stored('young')).length]).toEqual([1, 1]);
  });
});
