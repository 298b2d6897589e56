import type { EvalRunRequest, evalSchedules } from '@whetstone/shared/contract';
import { WhetstoneError } from '@whetstone/shared/errors';
import { cp, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import type { z } from 'zod';
import { scheduleJobs } from '../../src/features/evals/schedules/jobs.ts';
import { startApp, testClock, type TestApp } from '../support/app.ts';
import { describeOnEngines, silentLog, type Place } from '../support/engines.ts';
import { aFlag } from '../support/flags.ts';

const run = {
  dataset: 'starter',
  subject: { kind: 'reference' as const },
  problems: ['typescript-slug'],
} satisfies EvalRunRequest;
const nightly = { name: 'night', cron: 'nightly', timeZone: 'Europe/Berlin', run };
const starter = resolve(import.meta.dirname, '../../../evals/src/datasets/starter');
const dayMs = 86_400_000;
const patience = { timeout: 15_000, interval: 20 };

describeOnEngines('schedules of runs', (engine) => {
  const { clock, advance } = testClock();
  let place: Place;
  let app: TestApp;

  beforeAll(async () => {
    place = await engine.place();
    app = await startApp(engine, { place, clock });
    await app.work();
  });
  afterAll(async () => {
    await app.close();
    await place.remove();
  });
  afterEach(async () => {
    for (const { id } of (await app.admin.listEvalSchedules({})).items) await app.admin.deleteEvalSchedule({ id });
  });

  const create = (change: Partial<z.input<typeof evalSchedules.createEvalSchedule.input>> = {}) =>
    app.admin.createEvalSchedule({ ...nightly, ...change });
  const get = (id: string) => app.admin.getEvalSchedule({ id });
  const sql = async (text: string, parameters: unknown[] = []) => (await app.database.execute(text, parameters)).rows;
  const runsOf = async (id: string) =>
    sql('select id, purpose, started_by, status from eval_run where schedule_id = $1 order by id', [id]);
  const endRuns = (id: string) =>
    vi.waitFor(async () => {
      for (const each of await runsOf(id)) expect(each).toMatchObject({ status: 'completed' });
    }, patience);
  const setStatus = (runId: unknown, status: string) =>
    sql('update eval_run set status = $2 where id = $1', [runId, status]);
  const messages = (id: string) =>
    sql(
      `select id, data->'input' as input, start_after from pgboss.job
       where name = 'evals.schedule' and data->'input'->>'scheduleId' = $1 and state < 'active'`,
      [id],
    );

  /** The server's clock goes on to a time, and the queue finds that its messages are due. */
  async function comes(id: string, time = 0) {
    const { nextAt } = await get(id);
    if (nextAt) advance(Math.max(0, Date.parse(nextAt) + time - clock()));
    await release(id);
  }
  const release = async (id: string) => {
    await sql(
      `update pgboss.job set start_after = 'epoch'
       where name = 'evals.schedule' and data->'input'->>'scheduleId' = $1 and state < 'active'`,
      [id],
    );
    await wake();
  };
  /** Anything that is sent makes the queue look at once; this is known already. */
  const wake = () => app.seedSamples(app.projectId);
  const resend = (id: string, copies: number) =>
    sql(
      `insert into pgboss.job (name, data, start_after)
       select name, data, timestamptz 'epoch' from pgboss.job, generate_series(1, $2::int)
       where name = 'evals.schedule' and data->'input'->>'scheduleId' = $1 and state < 'active'`,
      [id, copies],
    );
  const idle = (id: string) =>
    vi.waitFor(async () => {
      const open = await sql(
        `select 1 from pgboss.job where name like 'evals.%schedule%' and state < 'completed'
           and (data->'input'->>'scheduleId' = $1 or data->'input'->>'scheduleId' is null) and start_after < now()`,
        [id],
      );
      expect(open).toEqual([]);
    }, patience);

  it('says when it comes next, in the time of its zone', async () => {
    const made = await create({ cron: '0 3 1 1 *' });
    expect(made).toMatchObject({ cron: '0 3 1 1 *', enabled: true, lastRunId: null, lastProblem: null, run });
    expect(made.nextAt).toMatch(/-01-01T02:00:00.000Z$/);
    expect((await app.admin.listEvalSchedules({})).items).toEqual([made]);
    expect((await create({ enabled: false })).nextAt).toBeNull();
  });

  it('is refused at once, by the field that is wrong or by what no run could be made of', async () => {
    await expect(create({ cron: '* * * * *' })).rejects.toMatchObject({ code: 'invalid', errors: [{ path: 'cron' }] });
    await expect(create({ timeZone: 'Nowhere' })).rejects.toMatchObject({ errors: [{ path: 'timeZone' }] });
    await expect(create({ run: { ...run, dataset: 'gone' } })).rejects.toMatchObject({ code: 'not_found' });
    const { id } = await create();
    await expect(app.admin.putEvalSchedule({ id, ...nightly, run: { ...run, dataset: 'gone' } })).rejects.toMatchObject(
      {
        code: 'not_found',
      },
    );
    expect(await get(id)).toMatchObject({ run });
  });

  it('starts a run at its time, and waits for the next', async () => {
    const { id, nextAt } = await create();
    await comes(id);
    await idle(id);
    const [only, ...others] = await runsOf(id);
    expect(others).toEqual([]);
    expect(only).toMatchObject({ purpose: 'scheduled', started_by: 'schedule night' });
    const after = await get(id);
    expect(after).toMatchObject({ lastRunId: only!['id'], lastProblem: null });
    expect(Date.parse(after.nextAt!)).toBeGreaterThan(Date.parse(nextAt!));
    expect(await messages(id)).toMatchObject([{ input: { at: after.nextAt, generation: 1 } }]);
    await endRuns(id);
    await comes(id);
    await idle(id);
    expect(await runsOf(id)).toHaveLength(2);
    await endRuns(id);
  });

  it('starts one run for one occurrence, however often and on however many servers its message arrives', async () => {
    const second =
      engine.name === 'postgres' ? await startApp(engine, { place, clock, adminKey: app.adminKey }) : undefined;
    await second?.work();
    try {
      const { id, nextAt } = await create();
      // Its time has come before the copies do: one that came early would be put off.
      advance(Date.parse(nextAt!) - clock());
      await resend(id, 6);
      await comes(id);
      await idle(id);
      expect(await runsOf(id)).toHaveLength(1);
      expect(await messages(id)).toHaveLength(1);
      await endRuns(id);
    } finally {
      await second?.close();
    }
  });

  it('leaves an occurrence out while the run before is going, and says so', async () => {
    const { id } = await create();
    await comes(id);
    await idle(id);
    await endRuns(id);
    const [first] = await runsOf(id);
    await setStatus(first!['id'], 'running');
    await comes(id);
    await idle(id);
    expect(await runsOf(id)).toHaveLength(1);
    const { lastProblem, lastRunId } = await get(id);
    expect(lastProblem).toContain(`the run before, ${String(first!['id'])}, was still going`);
    expect(lastRunId).toBe(first!['id']);
    await setStatus(first!['id'], 'completed');
    await comes(id);
    await idle(id);
    expect(await runsOf(id)).toHaveLength(2);
    expect(await get(id)).toMatchObject({ lastProblem: null });
    await endRuns(id);
  });

  it('makes up for all that was missed by one run', async () => {
    const { id } = await create({ cron: 'hourly' });
    await comes(id, 20 * dayMs);
    await idle(id);
    expect(await runsOf(id)).toHaveLength(1);
    expect(Date.parse((await get(id)).nextAt!)).toBeGreaterThan(clock());
    await endRuns(id);
  });

  it('does not make up for what was missed long ago', async () => {
    const { id } = await create({ cron: '0 3 1 * *' });
    await comes(id, 10 * dayMs);
    await idle(id);
    expect(await runsOf(id)).toEqual([]);
    expect((await get(id)).lastProblem).toMatch(
      /^no server ran at .*-01T0[12]:00:00.000Z, nor in the six days after it$/,
    );
    expect(await messages(id)).toHaveLength(1);
  });

  /** A month in which clocks in Europe change, on its last Sunday at 01:00 UTC, and what is half past two then. */
  it.each([
    ['comes later where the clock leaps over its time', 2, 30, 24 * 60 - 30],
    ['comes once where the clock passes its time twice', 9, -30, 24 * 60 + 30],
  ])('%s, and is right the day after', async (_, month, minutes, minutesAfter) => {
    const year = new Date(clock()).getUTCFullYear();
    const changes = [year, year + 1].map((each) => new Date(Date.UTC(each, month + 1, 0, 1)));
    const changeMs = changes
      .map((last) => last.getTime() - last.getUTCDay() * dayMs)
      .find((atMs) => atMs > clock() + dayMs)!;
    const at = (after: number) => new Date(changeMs + after * 60_000).toISOString();
    advance(changeMs - dayMs / 2 - clock());
    const { id, nextAt } = await create({ cron: '30 2 * * *' });
    expect(nextAt).toBe(at(minutes));
    await comes(id);
    await idle(id);
    expect(await runsOf(id)).toHaveLength(1);
    expect((await get(id)).nextAt).toBe(at(minutesAfter));
    // Both halves past two are over.
    advance(changeMs + 90 * 60_000 - clock());
    await release(id);
    await idle(id);
    expect(await runsOf(id)).toHaveLength(1);
    await endRuns(id);
    await comes(id);
    await idle(id);
    expect(await runsOf(id)).toHaveLength(2);
    await endRuns(id);
  });

  it('notes what went wrong, and goes on', async () => {
    const own = join(place.directory, 'datasets', 'own');
    const add = () => cp(join(starter, 'typescript-slug'), join(own, 'typescript-slug'), { recursive: true });
    await add();
    const { id } = await create({ run: { ...run, dataset: 'own' } });
    await rm(own, { recursive: true });
    await comes(id);
    await idle(id);
    expect(await get(id)).toMatchObject({
      lastProblem: expect.stringContaining('there is no data set "own"'),
      lastRunId: null,
    });
    await add();
    await comes(id);
    await idle(id);
    expect(await runsOf(id)).toHaveLength(1);
    expect((await get(id)).lastProblem).toBeNull();
    await endRuns(id);
  });

  it('tries again what may pass, and at last goes on without it', async () => {
    const { id, nextAt } = await create();
    const prepare = async () => {
      throw new WhetstoneError('unavailable', 'the model does not answer');
    };
    const { database, queue, projectId } = app;
    const jobs = scheduleJobs({ database, queue, clock, prepare, whyNotCarried: async () => undefined });
    const message = { scheduleId: id, generation: 1, at: nextAt!, hop: 0 };
    const attempt = (number: number) =>
      jobs.occurrence.run(message, {
        projectId,
        attempt: number,
        signal: new AbortController().signal,
        log: silentLog,
      });
    advance(Date.parse(nextAt!) - clock());
    await expect(attempt(1)).rejects.toThrow('the model does not answer');
    expect(await get(id)).toMatchObject({ lastProblem: null, nextAt });
    await attempt(jobs.occurrence.retries.limit + 1);
    const { lastProblem, nextAt: after } = await get(id);
    expect(lastProblem).toBe('the model does not answer');
    expect((await messages(id)).map(({ input }) => input)).toContainEqual({ ...message, at: after });
  });

  it('runs without its flag, and says that nothing could be rolled back', async () => {
    await app.admin.createFlag(aFlag('carrier'));
    const { id } = await create({ run: { ...run, flag: { key: 'carrier', variant: 'on' } } });
    await comes(id);
    await idle(id);
    expect((await get(id)).lastProblem).toBeNull();
    await endRuns(id);
    await app.admin.archiveFlag({ key: 'carrier' });
    await comes(id);
    await idle(id);
    expect(await runsOf(id)).toHaveLength(2);
    expect((await get(id)).lastProblem).toBe(
      'the run was started, but if it finds a regression nothing is rolled back: the flag "carrier" is archived',
    );
    const never = await create({ run: { ...run, flag: { key: 'never-was', variant: 'on' } } });
    await comes(never.id);
    await idle(never.id);
    expect((await get(never.id)).lastProblem).toContain('no flag is called "never-was"');
    await endRuns(never.id);
    await endRuns(id);
  });

  it('does nothing at its old times once it was changed, switched off or deleted', async () => {
    const [changed, off, deleted] = [await create(), await create(), await create()];
    await app.admin.putEvalSchedule({ id: changed.id, ...nightly, cron: '0 3 29 2 *' });
    await app.admin.putEvalSchedule({ id: off.id, ...nightly, enabled: false });
    await app.admin.deleteEvalSchedule({ id: deleted.id });
    advance(Date.parse(changed.nextAt!) - clock() + 1_000);
    for (const { id } of [changed, off, deleted]) {
      await release(id);
      await idle(id);
      expect(await runsOf(id)).toEqual([]);
    }
    // The message of the new time arrived early, and was put off.
    expect(await messages(changed.id)).toMatchObject([{ input: { generation: 2, hop: 1 } }]);
    await comes(changed.id);
    await idle(changed.id);
    expect(await runsOf(changed.id)).toHaveLength(1);
    await endRuns(changed.id);
  });

  it('travels towards a far time in hops of six days', async () => {
    const { id, nextAt } = await create({ cron: '0 0 29 2 *', timeZone: 'UTC' });
    const [first] = await messages(id);
    expect((first!['start_after'] as Date).getTime()).toBeLessThanOrEqual(clock() + 6 * dayMs);
    await release(id);
    await idle(id);
    expect(await messages(id)).toMatchObject([{ input: { at: nextAt, hop: 1 } }]);
    expect(await runsOf(id)).toEqual([]);
  });

  it('is mended within a day when its message is lost', async () => {
    const { id, nextAt } = await create();
    await sql("delete from pgboss.job where name = 'evals.schedule' and data->'input'->>'scheduleId' = $1", [id]);
    advance(Date.parse(nextAt!) - clock() + 2 * 3_600_000);
    await sql(
      `insert into pgboss.job (name, data) values ('evals.mend-schedules', '{"projectId": null, "input": {}}')`,
    );
    await wake();
    await vi.waitFor(async () => expect(await runsOf(id)).toHaveLength(1), patience);
    expect(await messages(id)).toHaveLength(1);
    await endRuns(id);
  });

  it('can be run beside its times, one run at a time', async () => {
    const { id, nextAt } = await create();
    const agent = app.clientOf(await app.keyWith('agent'));
    const { runId } = await agent.runEvalSchedule({ id });
    await endRuns(id);
    await setStatus(runId, 'running');
    expect(await get(id)).toMatchObject({ lastRunId: runId, nextAt });
    expect(await runsOf(id)).toMatchObject([{ id: runId, purpose: 'scheduled', started_by: 'a agent' }]);
    await expect(agent.runEvalSchedule({ id })).rejects.toMatchObject({ code: 'conflict', extra: { runId } });
    await setStatus(runId, 'completed');
    expect((await agent.runEvalSchedule({ id })).runId).not.toBe(runId);
    await endRuns(id);
  });
});
