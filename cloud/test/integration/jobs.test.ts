import { demoFlags } from '../../src/features/flags/demo-flags.ts';
import { rollUpExposures } from '../../src/features/flags/exposures/roll-up.ts';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { startApp, testClock, type TestApp } from '../support/app.ts';
import { describeOnEngines } from '../support/engines.ts';
import { aFlag } from '../support/flags.ts';
import { surroundWithQStash } from '../support/qstash-world.ts';
import { aJob } from '../support/queue.ts';

const eventually = (check: () => unknown) => vi.waitFor(check, { timeout: 15_000, interval: 50 });
const dayMs = 24 * 3_600_000;

describeOnEngines('background jobs', (engine) => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startApp(engine);
  });
  afterAll(() => app.close());

  it('seed the sample flags once, for all to see', async () => {
    const id = await app.seedSamples(app.projectId);
    expect((await app.admin.listJobs({})).items).toMatchObject([{ id, state: 'queued', attempts: 0, startedAt: null }]);
    await app.work();
    await eventually(async () =>
      expect((await app.admin.listJobs({})).items).toEqual([
        {
          id,
          name: 'flags.seed-samples',
          state: 'completed',
          attempts: 1,
          createdAt: expect.any(String),
          startedAt: expect.any(String),
          finishedAt: expect.any(String),
          lastError: null,
        },
      ]),
    );
    const keys = demoFlags.map(({ key }) => key);
    expect((await app.admin.listFlags({})).items.map(({ key }) => key)).toEqual(keys.toSorted());
    expect((await app.admin.evaluateFlag({ key: 'new-fixer-prompt', userId: 'user-1' })).value).toBe(true);
    expect(app.said).toEqual([`Seeded sample flags: ${keys.join(', ')}`]);

    expect(await app.seedSamples(app.projectId)).toBe(id);
  });

  it('leave a project alone that has flags', async () => {
    const other = await app.otherTenant('has flags');
    await other.client.createFlag(aFlag('own'));
    await app.seedSamples(other.projectId);
    await eventually(async () =>
      expect((await other.client.listJobs({})).items).toMatchObject([{ state: 'completed' }]),
    );
    expect((await other.client.listFlags({})).items.map(({ key }) => key)).toEqual(['own']);
    expect(app.said).toHaveLength(1);
  });

  it("stay within their project: no list, no retry across, and none of the system's", async () => {
    const stranger = await app.otherTenant('stranger');
    const [job] = (await app.admin.listJobs({})).items;
    expect((await stranger.client.listJobs({})).items).toEqual([]);
    await expect(stranger.client.retryJob({ id: job!.id })).rejects.toMatchObject({ code: 'not_found' });
    await expect(app.admin.retryJob({ id: job!.id })).rejects.toMatchObject({
      code: 'conflict',
      message: 'the job "flags.seed-samples" is completed; only a failed one can be retried',
    });
  });

  it('show why they failed, and run again when an admin says so', async () => {
    const failing = await app.otherTenant('failing');
    const id = await app.seedSamples(failing.projectId);
    await eventually(async () =>
      expect((await failing.client.listJobs({})).items).toMatchObject([{ id, state: 'completed' }]),
    );
    await app.database.execute(
      `update pgboss.job set state = 'failed', output = '{"message": "the disk was full"}' where id = $1`,
      [id],
    );
    expect((await failing.client.listJobs({})).items).toMatchObject([
      { state: 'failed', lastError: 'the disk was full' },
    ]);
    expect(await failing.client.retryJob({ id })).toMatchObject({ id, state: 'retrying', finishedAt: null });
    await eventually(async () =>
      expect((await failing.client.listJobs({})).items).toMatchObject([{ id, state: 'completed', attempts: 2 }]),
    );
  });

  it('page through the list', async () => {
    const many = await app.otherTenant('many');
    const job = aJob();
    await app.queue.define([job]);
    const ids: string[] = [];
    for (let i = 0; i < 3; i++) ids.push(await app.queue.send(job, { text: '' }, { projectId: many.projectId }));
    const first = await many.client.listJobs({ limit: 2 });
    const second = await many.client.listJobs({ limit: 2, cursor: first.nextCursor! });
    expect([...first.items, ...second.items].map(({ id }) => id)).toEqual(ids.toReversed());
    expect(second.nextCursor).toBeNull();
  });

  it('are part of what /readyz and /metrics say', async () => {
    const { ports } = await app.admin.getReadiness({});
    expect(ports).toContainEqual({ port: 'queue', engine: 'pg-boss', ok: true, latencyMs: expect.any(Number) });
    expect(ports).toContainEqual({ port: 'cache', engine: 'in-process', ok: true, latencyMs: expect.any(Number) });
    const metrics = await (await app.call('GET', '/metrics')).text();
    expect(metrics).toMatch(/^whetstone_job_runs_total\{job="flags.seed-samples",outcome="completed"\} \d+$/m);
    expect(metrics).toMatch(/^whetstone_cache_commands_total 0$/m);
  });
});

describeOnEngines('background jobs that QStash delivers', (engine) => {
  it('are taken at /jobs by the real server, listed as ever, and named in /readyz', async () => {
    const world = await surroundWithQStash();
    const app = await startApp(engine, { qstash: world.service });
    world.join(app.baseUrl);
    await app.work();
    const id = await app.seedSamples(app.projectId);
    await eventually(async () =>
      expect((await app.admin.listJobs({})).items).toMatchObject([{ id, state: 'completed', attempts: 1 }]),
    );
    const { ports } = await app.admin.getReadiness({});
    expect(ports).toContainEqual({ port: 'queue', engine: 'QStash', ok: true, latencyMs: expect.any(Number) });
    expect((await app.call('POST', '/jobs/flags.seed-samples', { body: { id, publication: 0 } })).status).toBe(401);
    const metrics = await (await app.call('GET', '/metrics')).text();
    expect(metrics).toMatch(/^whetstone_job_runs_total\{job="flags.seed-samples",outcome="completed"\} 1$/m);
    await app.close();
    await world.stop();
  });
});

describeOnEngines('retention', (engine) => {
  it('removes receipts after 90 days and ended jobs after 7, by itself once a day', async () => {
    const { clock, advance } = testClock();
    const place = await engine.place();
    const first = await startApp(engine, { place, clock });
    const { adminKey } = first;
    const remember = (app: TestApp, key: string) =>
      app.database.asProject(app.projectId, async (tx) => {
        const row = { project_id: tx.projectId, operation: 'x', request_hash: 'x', response: '{}', created_at: tx.now };
        await tx.sql
          .insertInto('idempotency_key')
          .values({ ...row, key })
          .execute();
      });
    const remembered = (app: TestApp) =>
      app.database.asProject(app.projectId, async ({ sql: trx }) =>
        (await trx.selectFrom('idempotency_key').select('key').orderBy('key').execute()).map(({ key }) => key),
      );
    await remember(first, 'old');
    await first.seedSamples(first.projectId);
    await first.work();
    await eventually(async () =>
      expect((await first.admin.listJobs({})).items).toMatchObject([{ state: 'completed' }]),
    );
    await first.close();

    advance(2 * dayMs);
    const second = await startApp(engine, { place, clock, adminKey });
    await remember(second, 'young');
    await second.close();

    // The next start finds that the daily time has passed while nobody ran.
    advance(89 * dayMs);
    const third = await startApp(engine, { place, clock, adminKey });
    await third.work();
    await eventually(async () => expect((await third.admin.listJobs({})).items).toEqual([]));
    expect(await remembered(third)).toEqual(['young']);
    await third.close();
    await place.remove();
  });

  it('removes exposures and their counts after the days that are configured, by itself', async () => {
    const { clock, advance } = testClock();
    const place = await engine.place();
    const keep = { usageDays: 20, exposureDays: 2 };
    const first = await startApp(engine, { place, clock, keep });
    const { adminKey } = first;
    const rowsIn = (app: TestApp) =>
      app.database.asSystem(async ({ sql: trx }) => {
        const entries = await trx.selectFrom('exposure').select('flag').execute();
        const hours = await trx.selectFrom('exposure_hour').select('flag').execute();
        return { entries: entries.length, hours: hours.length };
      });
    await first.admin.recordExposures({ exposures: [{ flag: 'old', variant: 'on', unit: 'a' }] });
    await rollUpExposures({ database: first.database });
    expect(await rowsIn(first)).toEqual({ entries: 1, hours: 1 });
    await first.close();

    for (const [days, left] of [
      [4, { entries: 0, hours: 1 }],
      [24, { entries: 0, hours: 0 }],
    ] as const) {
      advance(days * dayMs);
      const app = await startApp(engine, { place, clock, keep, adminKey });
      await app.work();
      await eventually(async () => expect(await rowsIn(app)).toEqual(left));
      await app.close();
    }
    await place.remove();
  });
});
