import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { jobRoutes } from '../../src/http/job-routes.ts';
import { newHttpServer } from '../../src/http/server.ts';
import type { Database } from '../../src/platform/db/database.ts';
import { openDatabase } from '../../src/platform/db/open.ts';
import type { JobDefinition } from '../../src/platform/queue/job.ts';
import type { Queue } from '../../src/platform/queue/queue.ts';
import { describeOn, pglite, silentLog, type Place } from '../support/engines.ts';
import { makeProject } from '../support/projects.ts';
import { surroundWithQStash } from '../support/qstash-world.ts';
import { aJob, gate } from '../support/queue.ts';

const eventually = (check: () => unknown, timeoutMs = 25_000) =>
  vi.waitFor(check, { timeout: timeoutMs, interval: 50 });

type World = Awaited<ReturnType<typeof surroundWithQStash>>;

describeOn(pglite, 'QStash', (engine) => {
  let place: Place;
  let database: Database;
  let world: World;
  let projectId: string;
  const queues: Queue[] = [];
  beforeAll(async () => {
    place = await engine.place();
    database = await openDatabase(place.choice, { clock: Date.now, log: silentLog });
    projectId = await makeProject(database);
    world = await surroundWithQStash({ pauseFactor: 0.1 });
  });
  afterEach(async () => {
    world.standIn.setFaults({});
    world.standIn.setAway(false);
    await Promise.all(queues.splice(0).map((queue) => queue.stop({ graceMs: 100 })));
  });
  afterAll(async () => {
    await world.stop();
    await database.close();
    await place.remove();
  });
  const working = async (...jobs: JobDefinition[]) => {
    const queue = await world.open(database, {});
    queues.push(queue);
    await queue.define(jobs);
    await queue.work();
    return queue;
  };
  const ends = (queue: Queue, id: string, state: string) =>
    eventually(async () => expect(await queue.find(projectId, id)).toMatchObject({ state }));
  const urlOf = (job: { name: string }) => `${world.service.publicUrl}/jobs/${job.name}`;

  it('runs each message once when every delivery comes three times, late, out of order, and a fifth is lost', async () => {
    world.standIn.setFaults({ copies: 3, delayMs: 60, dropRate: 0.2 });
    const results = new Map<string, number>();
    const job = aJob({
      concurrency: 8,
      retries: { limit: 2, delayS: 0, backoff: 'fixed' },
      async run({ text }, { attempt }) {
        if (Number(text) % 5 === 0 && attempt === 1) throw new Error('the first run of every fifth fails');
        results.set(text, (results.get(text) ?? 0) + 1);
      },
    });
    const queue = await working(job);
    const texts = Array.from({ length: 25 }, (_, i) => `${i}`);
    const ids = await database.asProject(projectId, async (tx) => {
      const sent: string[] = [];
      for (const text of texts) sent.push(await queue.send(job, { text }, { tx, projectId }));
      return sent;
    });
    await eventually(async () => {
      for (const [i, id] of ids.entries())
        expect(await queue.find(projectId, id)).toMatchObject({ state: 'completed', attempts: i % 5 === 0 ? 2 : 1 });
    });
    expect(results).toEqual(new Map(texts.map((text) => [text, 1])));
    expect(world.standIn.sent.length).toBeGreaterThan(3 * texts.length);
  });

  describe('a request that pretends to be a delivery', () => {
    it.each(['with another key', 'expired', 'for another address', 'of another body'] as const)(
      'is refused when it is signed %s, and nothing runs',
      async (fault) => {
        const runs: string[] = [];
        const job = aJob({ run: async ({ text }) => void runs.push(text) });
        const queue = await working(job);
        const startAfter = new Date(Date.now() + 3_600_000);
        const id = await queue.send(job, { text: 'wanted' }, { projectId, startAfter });
        const answer = await world.standIn.forge(urlOf(job), JSON.stringify({ id, publication: 0 }), fault);
        expect(answer).toMatchObject({
          status: 401,
          headers: { 'content-type': expect.stringMatching(/^application\/problem/) },
        });
        expect(JSON.parse(answer.body)).toMatchObject({ code: 'unauthorized', status: 401 });
        expect(runs).toEqual([]);
      },
    );

    it('is refused without a signature, with one that is none, and with a body larger than any of ours', async () => {
      const job = aJob();
      const queue = await working(job);
      const post = (headers: Record<string, string>, body: string) =>
        fetch(urlOf(job), { method: 'POST', headers, body });
      expect((await post({}, '{}')).status).toBe(401);
      expect((await post({ 'upstash-signature': 'a.b.c' }, '{}')).status).toBe(401);
      expect((await post({ 'upstash-signature': 'x'.repeat(8_000) }, '{}')).status).toBe(401);
      const { app, answer } = newHttpServer(silentLog);
      jobRoutes(app, { take: queue.take!, answer });
      const large = await app.inject({ method: 'POST', url: '/jobs/test', payload: 'x'.repeat(200_000) });
      expect(large.statusCode).toBe(413);
      await app.close();
    });

    it('is told not to come again when it is well signed and asks for what there is not', async () => {
      const job = aJob();
      const other = aJob();
      const queue = await working(job, other);
      const id = await queue.send(job, { text: '' }, { projectId, startAfter: new Date(Date.now() + 3_600_000) });
      const body = JSON.stringify({ id, publication: 0 });
      const unknown = JSON.stringify({ id: '01890000-0000-7000-8000-000000000000', publication: 0 });
      for (const [url, asked] of [
        [urlOf({ name: 'test.unknown' }), body],
        [urlOf(other), body],
        [urlOf(job), unknown],
        [urlOf(job), '{"id": 7}'],
        [urlOf(job), 'no JSON'],
        [urlOf({ name: 'failed' }), body],
      ] as const) {
        const answer = await world.standIn.forge(url, asked);
        expect(answer, asked).toMatchObject({ status: 489, headers: { 'upstash-nonretryable-error': 'true' } });
        expect(JSON.parse(answer.body)).toMatchObject({ status: 489, detail: expect.any(String) });
      }
    });
  });

  it('is believed when it signs with the next key already', async () => {
    world.standIn.setFaults({ signature: 'with the next key' });
    const job = aJob();
    const queue = await working(job);
    await ends(queue, await queue.send(job, { text: '' }, { projectId }), 'completed');
  });

  it('replayed has no effect: not while it runs, not when it is done, not before its next run is due', async () => {
    const runs: number[] = [];
    const { passed, open } = gate();
    const job = aJob({
      retries: { limit: 1, delayS: 3_600, backoff: 'fixed' },
      async run({ text }, { attempt }) {
        runs.push(attempt);
        if (text === 'waits') await passed;
        if (text === 'fails') throw new Error('always');
      },
    });
    const queue = await working(job);
    const replay = (id: string) => world.standIn.replay(world.standIn.sent.find(({ body }) => body.includes(id))!);
    const id = await queue.send(job, { text: 'waits' }, { projectId });
    await eventually(() => expect(runs).toEqual([1]));
    expect(await replay(id)).toMatchObject({ status: 503, headers: { 'retry-after': expect.any(String) } });
    open();
    await ends(queue, id, 'completed');
    expect(await replay(id)).toMatchObject({ status: 200 });
    expect(runs).toEqual([1]);

    const failing = await queue.send(job, { text: 'fails' }, { projectId });
    await ends(queue, failing, 'retrying');
    expect(await replay(failing)).toMatchObject({ status: 503 });
    expect(runs).toEqual([1, 1]);
  });

  it('keeps what failed for good among its dead letters until an admin has it run again', async () => {
    let isBroken = true;
    const job = aJob({
      async run() {
        if (isBroken) throw new Error('no');
      },
    });
    const queue = await working(job);
    const id = await queue.send(job, { text: '' }, { projectId });
    await ends(queue, id, 'failed');
    const mine = () => [...world.standIn.dead.values()].filter(({ body }) => body.includes(id));
    await eventually(async () => {
      const { rows } = await database.execute('select dlq_id from whetstone_queue.message where id = $1', [id]);
      expect(rows).toEqual([{ dlq_id: expect.any(String) }]);
    });
    expect(mine()).toHaveLength(1);
    isBroken = false;
    expect(await queue.retry(projectId, id)).toBe(true);
    await ends(queue, id, 'completed');
    await eventually(() => expect(mine()).toEqual([]));
  });

  it('away costs nothing but the wait: what was committed is published when it is back, once', async () => {
    const runs: string[] = [];
    const job = aJob({ run: async ({ text }) => void runs.push(text) });
    const queue = await working(job);
    world.standIn.setAway(true);
    const id = await queue.send(job, { text: 'patient' }, { projectId });
    await eventually(() => expect(queue.engine).toMatch(/does not answer/));
    await queue.ping();
    world.standIn.setAway(false);
    await ends(queue, id, 'completed');
    expect(runs).toEqual(['patient']);
    expect(queue.engine).toBe('QStash');
  });

  it('that gave a message up which never ran is asked again', async () => {
    world.standIn.setFaults({ dropRate: 1 });
    const job = aJob();
    const queue = await working(job);
    const id = await queue.send(job, { text: '' }, { projectId });
    await eventually(() => expect([...world.standIn.dead.values()].some(({ body }) => body.includes(id))).toBe(true));
    world.standIn.setFaults({});
    await ends(queue, id, 'completed');
  });

  it('publishes what a process committed that died before it could', async () => {
    const job = aJob();
    const dying = await world.open(database, {});
    await dying.define([job]);
    await dying.stop({ graceMs: 0 });
    const id = await dying.send(job, { text: '' }, { projectId });
    const queue = await working(job);
    await ends(queue, id, 'completed');
  });

  it('knows our schedules in their time zones, keeps none that is no more, and runs an occurrence once', async () => {
    const fired: string[] = [];
    const schedule = { cron: '* * * * *', timeZone: 'Europe/Berlin' };
    const job = aJob({ schedule, run: async (_, { projectId: owner }) => void fired.push(owner ?? 'system') });
    const gone = aJob({ schedule });
    const first = await working(job, gone);
    const idOf = ({ name }: { name: string }) => [...world.standIn.schedules.keys()].find((id) => id.endsWith(name));
    await eventually(() => expect(idOf(gone)).toBeDefined());
    await first.stop({ graceMs: 100 });
    await working(job);
    await eventually(() => expect(idOf(gone)).toBeUndefined());
    expect(world.standIn.schedules.get(idOf(job)!)).toMatchObject({
      cron: 'CRON_TZ=Europe/Berlin * * * * *',
      destination: urlOf(job),
    });

    // As if it had been made an hour ago.
    await database.execute(`update whetstone_queue.schedule set created_at = now() - interval '1 hour'`);
    const again = await working(job);
    await eventually(() => expect(fired).toEqual(['system']));
    world.standIn.setFaults({ copies: 3 });
    const messageId = world.standIn.fire(idOf(job)!);
    await eventually(() => expect(world.standIn.isPending(messageId)).toBe(false));
    // The occurrence that ran already, and at most one more when the minute is over: each once.
    const { rows } = await database.execute('select id from whetstone_queue.message where name = $1', [job.name]);
    await eventually(() => expect(fired).toHaveLength(rows.length));
    expect(rows.length).toBeLessThanOrEqual(2);
    await again.ping();
  });
});
