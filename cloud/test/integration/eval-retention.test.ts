import { afterAll, beforeAll, expect, it } from 'vitest';
import { expireEvents, expireResults } from '../../src/features/evals/retention/expire-runs.ts';
import { startApp, type TestApp } from '../support/app.ts';
import { describeOnEngines } from '../support/engines.ts';
import { insertRun } from '../support/run-rows.ts';

const dayMs = 86_400_000;
const now = Date.now();

describeOnEngines('rows of eval runs', (engine) => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startApp(engine);
  });
  afterAll(() => app.close());

  /** A run that ended so many days ago (or never), with rows of every kind. */
  const endedRun = async (projectId: string, daysAgo: number | undefined, rows: number) => {
    const id = await insertRun(app, projectId);
    await app.database.asProject(projectId, async (tx) => {
      const finished = daysAgo === undefined ? null : new Date(now - daysAgo * dayMs);
      const change = finished ? { status: 'completed', finished_at: finished, summary: '{"kept":true}' } : {};
      if (finished) await tx.sql.updateTable('eval_run').set(change).where('id', '=', id).execute();
      for (let sample = 0; sample < rows; sample++) {
        const part = { run_id: id, shard: sample, project_id: projectId, first_sample: sample, sample_count: 1 };
        await tx.sql
          .insertInto('eval_shard')
          .values({ ...part, samples: `[[0, ${sample}]]`, is_done: true })
          .execute();
        const key = { run_id: id, problem: 0, sample, project_id: projectId };
        await tx.sql
          .insertInto('eval_answer')
          .values({
            ...key,
            kind: 'solution',
            text: 'x',
            usage: '{}',
            cost_usd: 0,
            solve_ms: 1,
            sha256: 'a',
            transcript: null,
          })
          .execute();
        await tx.sql
          .insertInto('eval_result')
          .values({ ...key, status: 'passed', time_ms: 1 })
          .execute();
        await tx.sql
          .insertInto('eval_event')
          .values({
            run_id: id,
            seq: sample + 1,
            project_id: projectId,
            type: 'result',
            data: '{}',
            created_at: new Date(),
          })
          .execute();
      }
    });
    return id;
  };

  const left = async (runId: string) => {
    const counted = ['eval_shard', 'eval_answer', 'eval_result', 'eval_event'].map(async (table) => {
      const { rows } = await app.database.execute(`select count(*)::int as n from ${table} where run_id = $1`, [runId]);
      return rows[0]!['n'];
    });
    return Promise.all(counted);
  };

  it('go when their project no longer keeps them; the run and its summary stay', async () => {
    const { projectId: other } = await app.otherTenant('short');
    const keepDaysOf = async ({ projectId }: { projectId: string }) => (projectId === other ? 10 : 90);
    const [old, recent, endless] = [
      await endedRun(app.projectId, 91, 5),
      await endedRun(app.projectId, 89, 2),
      await endedRun(app.projectId, undefined, 2),
    ];
    const [theirOld, theirRecent] = [await endedRun(other, 11, 2), await endedRun(other, 9, 2)];
    const options = { database: app.database, nowMs: now, rowsAtOnce: 2 };

    expect(await expireResults({ ...options, keepDaysOf })).toBe(21);
    expect(await Promise.all([old, recent, endless, theirOld, theirRecent].map(left))).toEqual([
      [0, 0, 0, 5],
      [2, 2, 2, 2],
      [2, 2, 2, 2],
      [0, 0, 0, 2],
      [2, 2, 2, 2],
    ]);
    expect(await expireResults({ ...options, keepDaysOf })).toBe(0);

    expect(await expireEvents(options)).toBe(5 + 2 + 2 + 2);
    expect(await Promise.all([recent, endless, theirRecent].map(left))).toEqual([
      [2, 2, 2, 0],
      [2, 2, 2, 2],
      [2, 2, 2, 0],
    ]);
    // What is gone would be asked again, and counted twice.
    await expect(app.admin.resumeEvalRun({ runId: old })).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('keepDays'),
    });
    const { rows } = await app.database.execute('select status, summary from eval_run where id = $1', [old]);
    expect(rows).toEqual([{ status: 'completed', summary: { kept: true } }]);
  });

  it('stay when the server stops in the middle, and go the next time', async () => {
    const id = await endedRun(app.projectId, 100, 4);
    const options = { database: app.database, nowMs: now, rowsAtOnce: 1, keepDaysOf: async () => 90 };
    await expireResults({ ...options, signal: AbortSignal.abort() });
    expect(await left(id)).toEqual([4, 4, 4, 4]);
    await expireResults(options);
    expect(await left(id)).toEqual([0, 0, 0, 4]);
  });
});
