import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { Webhook } from 'standardwebhooks';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { z } from 'zod';
import type { WebhookEvent } from '@whetstone/shared/contract';
import { expireDeliveries } from '../../src/features/webhooks/expire.ts';
import { defineJob } from '../../src/platform/queue/job.ts';
import { startApp, testClock, type TestApp } from '../support/app.ts';
import { describeOn, describeOnEngines, postgres } from '../support/engines.ts';
import { aJob } from '../support/queue.ts';
import { tellingBy } from '../support/tell-webhooks.ts';
import { startReceiver } from '../support/webhook-receiver.ts';

const eventually = <T>(check: () => T | Promise<T>) => vi.waitFor(check, { timeout: 20_000, interval: 20 });
const dayMs = 24 * 3_600_000;

describeOnEngines('webhooks', (engine) => {
  const { clock, advance } = testClock();
  let app: TestApp;
  let receiver: Awaited<ReturnType<typeof startReceiver>>;
  /** What the names of this test lead to. */
  const names = new Map<string, string[]>();
  beforeAll(async () => {
    receiver = await startReceiver();
    const { port } = new URL(receiver.url);
    const resolve = async (host: string) => names.get(host) ?? Promise.reject(new Error('ENOTFOUND'));
    app = await startApp(engine, { clock, outbound: { ports: [80, 443, Number(port)], resolve } });
    await app.work();
  });
  afterAll(async () => {
    await app?.close();
    await receiver?.stop();
  });

  const tell = (event: WebhookEvent, data: Record<string, unknown>, projectId = app.projectId) =>
    app.database.asProject(projectId, (tx) => tellingBy(app.queue)(tx, event, data));
  const deliveriesOf = async (id: string) => (await app.admin.listWebhookDeliveries({ id })).items;
  const webhookOf = async (id: string) => (await app.admin.listWebhooks({})).items.find((each) => each.id === id)!;
  const make = (path: string, events: WebhookEvent[] = []) =>
    app.admin.createWebhook({ url: receiver.url + path, events });
  /** Moves what waits for a later time to now. */
  const hasten = () =>
    app.database.execute(
      `update pgboss.job set start_after = now() where name = 'webhooks.deliver' and state < 'active' and start_after > now()`,
    );

  it('are told what they asked for, signed as Standard Webhooks prescribes', async () => {
    const { id, secret, ...made } = await make('/signed', ['regression.alert', 'regression.alert']);
    expect(secret).toMatch(/^whsec_/);
    expect(made).toMatchObject({
      events: ['regression.alert'],
      enabled: true,
      disabledReason: null,
      lastDelivery: null,
    });
    await tell('regression.cleared', { regressionId: 'no' });
    await tell('regression.alert', { regressionId: 'r-1', text: 'Ünï ☃' });
    const { headers, body } = await eventually(() => receiver.at('/signed')[0] ?? expect.fail('nothing came'));
    expect(new Webhook(secret).verify(body, headers)).toEqual({
      type: 'regression.alert',
      timestamp: expect.any(String) as string,
      data: { regressionId: 'r-1', text: 'Ünï ☃' },
    });
    expect(headers).toMatchObject({ 'content-type': 'application/json', 'user-agent': 'Whetstone' });
    await eventually(async () =>
      expect(await deliveriesOf(id)).toEqual([
        {
          id: headers['webhook-id'],
          event: 'regression.alert',
          state: 'delivered',
          attempts: 1,
          status: 204,
          problem: null,
          createdAt: expect.any(String) as string,
          deliveredAt: expect.any(String) as string,
        },
      ]),
    );
    expect(await webhookOf(id)).toMatchObject({ lastDelivery: { status: 204, problem: null } });
    expect(receiver.at('/signed')).toHaveLength(1);
    await app.admin.deleteWebhook({ id });
  });

  it('are told nothing of what was rolled back', async () => {
    const { id } = await make('/rolled-back');
    const change = app.database.asProject(app.projectId, async (tx) => {
      await tellingBy(app.queue)(tx, 'bisect.ended', {});
      throw new Error('rolled back');
    });
    await expect(change).rejects.toThrow('rolled back');
    expect(await deliveriesOf(id)).toEqual([]);
    await app.admin.deleteWebhook({ id });
  });

  it('show their secret once, and no other project anything', async () => {
    const { id, secret } = await make('/private');
    expect(JSON.stringify(await app.admin.listWebhooks({}))).not.toContain(secret);
    expect(JSON.stringify(await app.admin.updateWebhook({ id, events: [] }))).not.toContain(secret);
    const other = await app.otherTenant('other');
    expect((await other.client.listWebhooks({})).items).toEqual([]);
    for (const call of [
      () => other.client.listWebhookDeliveries({ id }),
      () => other.client.updateWebhook({ id, enabled: false }),
      () => other.client.pingWebhook({ id }),
      () => other.client.deleteWebhook({ id }),
    ]) {
      await expect(call()).rejects.toMatchObject({ code: 'not_found' });
    }
    await tell('bisect.ended', { bisectId: 'theirs' }, other.projectId);
    await app.database.asProject(other.projectId, async ({ sql }) => {
      expect(await sql.selectFrom('webhook').select('secret').execute()).toEqual([]);
      expect(await sql.selectFrom('webhook_delivery').select('body').execute()).toEqual([]);
    });
    expect(await deliveriesOf(id)).toEqual([]);
    await app.admin.deleteWebhook({ id });
  });

  it('are sent again what failed: the same bytes under the same id, signed anew', async () => {
    receiver.answer('/flaky', 503);
    const { id, secret } = await make('/flaky');
    await tell('rollback.done', { flag: 'x' });
    await eventually(async () =>
      expect(await deliveriesOf(id)).toMatchObject([
        { state: 'waiting', attempts: 1, status: 503, problem: 'answered 503', deliveredAt: null },
      ]),
    );
    expect(await webhookOf(id)).toMatchObject({
      enabled: true,
      lastDelivery: { status: 503, problem: 'answered 503' },
    });
    receiver.answer('/flaky', 200);
    await eventually(async () => {
      await hasten();
      expect(await deliveriesOf(id)).toMatchObject([{ state: 'delivered', attempts: 2, status: 200, problem: null }]);
    });
    const [first, second, ...more] = receiver.at('/flaky');
    expect(more).toEqual([]);
    expect(second!.body).toBe(first!.body);
    expect(second!.headers['webhook-id']).toBe(first!.headers['webhook-id']);
    expect(() => new Webhook(secret).verify(second!.body, second!.headers)).not.toThrow();
    await app.admin.deleteWebhook({ id });
  });

  it('are not sent what has arrived, however often its message comes', async () => {
    const { id } = await make('/repeated');
    await tell('rollback.done', {});
    const [delivery] = await eventually(async () => {
      const deliveries = await deliveriesOf(id);
      expect(deliveries).toMatchObject([{ state: 'delivered' }]);
      return deliveries;
    });
    const repeat = defineJob({
      name: 'webhooks.deliver',
      input: z.object({ deliveryId: z.uuid(), attempt: z.int() }),
      retries: { limit: 0, delayS: 0, backoff: 'fixed' },
      expireInMs: 60_000,
      run: async () => undefined,
    });
    const { projectId } = app;
    const ids: string[] = [];
    for (const attempt of [1, 1, 2]) {
      ids.push(await app.queue.send(repeat, { deliveryId: delivery!.id, attempt }, { projectId }));
    }
    await eventually(async () => {
      const jobs = await Promise.all(ids.map((jobId) => app.queue.find(projectId, jobId)));
      expect(jobs.map((job) => job?.state)).toEqual(['completed', 'completed', 'completed']);
    });
    expect(receiver.at('/repeated')).toHaveLength(1);
    await app.admin.deleteWebhook({ id });
  });

  it('that do not answer are left alone for a while, but for a ping, and are then tried by one delivery', async () => {
    receiver.answer('/silent', 'hangs up');
    const { id } = await make('/silent');
    await tell('rollback.done', { at: 1 });
    await eventually(async () => expect(await deliveriesOf(id)).toMatchObject([{ state: 'waiting', attempts: 1 }]));
    const { lastDelivery } = await webhookOf(id);
    expect(lastDelivery).toMatchObject({
      status: null,
      problem: expect.stringContaining('cannot be reached') as string,
    });
    for (const at of [2, 3]) await tell('rollback.done', { at });
    const heldBack = { state: 'waiting', attempts: 1, problem: expect.stringContaining('not called') as string };
    await eventually(async () => expect((await deliveriesOf(id)).slice(0, 2)).toMatchObject([heldBack, heldBack]));
    expect(receiver.at('/silent')).toHaveLength(1);
    expect((await webhookOf(id)).lastDelivery).toEqual(lastDelivery);

    // Nobody hears of it yet, but who pings it.
    const { deliveryId } = await app.admin.pingWebhook({ id });
    await eventually(async () =>
      expect((await deliveriesOf(id))[0]).toMatchObject({ id: deliveryId, state: 'failed', status: null }),
    );
    expect(receiver.at('/silent')).toHaveLength(2);

    receiver.answer('/silent', 204);
    advance(60_000);
    await eventually(async () => {
      await hasten();
      expect((await deliveriesOf(id)).filter(({ state }) => state === 'delivered')).toHaveLength(3);
    });
    expect(receiver.at('/silent')).toHaveLength(5);
    await app.admin.deleteWebhook({ id });
  });

  it('are turned off by 410 Gone, with the reason; what waits is given up, and people can turn them on again', async () => {
    receiver.answer('/gone', 410);
    const { id } = await make('/gone');
    await tell('rollback.done', {});
    await eventually(async () =>
      expect(await webhookOf(id)).toMatchObject({
        enabled: false,
        disabledReason: expect.stringContaining('410 Gone') as string,
      }),
    );
    await tell('rollback.done', {});
    expect(await deliveriesOf(id)).toMatchObject([{ state: 'failed', status: 410 }]);
    expect(await app.admin.updateWebhook({ id, enabled: true })).toMatchObject({ enabled: true, disabledReason: null });
    await app.admin.deleteWebhook({ id });
  });

  it('that were turned off meanwhile are not called for what waited', async () => {
    receiver.answer('/off', 500);
    const { id } = await make('/off');
    await tell('rollback.done', {});
    await eventually(async () => expect(await deliveriesOf(id)).toMatchObject([{ state: 'waiting', attempts: 1 }]));
    await app.admin.updateWebhook({ id, enabled: false });
    await eventually(async () => {
      await hasten();
      expect(await deliveriesOf(id)).toMatchObject([
        { state: 'failed', attempts: 1, problem: expect.stringContaining('turned off') as string },
      ]);
    });
    expect(receiver.at('/off')).toHaveLength(1);
    await app.admin.deleteWebhook({ id });
  });

  it('are pinged, even while they are off, once', async () => {
    receiver.answer('/ping', 302);
    const { id } = await make('/ping', ['bisect.ended']);
    await app.admin.updateWebhook({ id, enabled: false });
    const { deliveryId } = await app.admin.pingWebhook({ id });
    await eventually(async () =>
      expect(await deliveriesOf(id)).toMatchObject([
        {
          id: deliveryId,
          event: 'ping',
          state: 'failed',
          status: 302,
          problem: expect.stringContaining('redirects') as string,
        },
      ]),
    );
    expect(receiver.at('/elsewhere')).toEqual([]);
    await app.admin.deleteWebhook({ id });
  });

  it.each([
    'http://10.0.0.1/',
    'http://169.254.169.254/latest/meta-data/',
    'http://[::1]/',
    'http://2130706434/',
    'http://inside.example/',
    'http://nobody.example/',
    'http://user:secret@public.example/',
    'https://public.example:22/',
    'ftp://public.example/',
  ])('are refused at %s', async (url) => {
    names.set('inside.example', ['192.168.0.1']);
    await expect(app.admin.createWebhook({ url })).rejects.toMatchObject({
      code: 'invalid',
      errors: [{ path: 'url', message: expect.any(String) as string }],
    });
  });

  it('are refused at each delivery, too, when their name leads inside by then', async () => {
    const { port } = new URL(receiver.url);
    names.set('moving.example', ['127.0.0.1']);
    const { id } = await app.admin.createWebhook({ url: `http://moving.example:${port}/moving` });
    await app.admin.pingWebhook({ id });
    await eventually(() => expect(receiver.at('/moving')).toHaveLength(1));
    names.set('moving.example', ['127.0.0.2']);
    await tell('rollback.done', {});
    await eventually(async () =>
      expect((await deliveriesOf(id))[0]).toMatchObject({
        event: 'rollback.done',
        state: 'failed',
        attempts: 1,
        status: null,
        problem: expect.stringContaining('does not lead to the public internet') as string,
      }),
    );
    expect(receiver.at('/moving')).toHaveLength(1);
    await app.admin.deleteWebhook({ id });
  });

  it('page through their deliveries, newest first, which go after 30 days', async () => {
    const { id } = await make('/paged');
    for (const at of [1, 2, 3]) {
      await tell('rollback.done', { at });
      advance(1_000);
    }
    await eventually(async () =>
      expect((await deliveriesOf(id)).map(({ state }) => state)).toEqual(['delivered', 'delivered', 'delivered']),
    );
    const first = await app.admin.listWebhookDeliveries({ id, limit: 2 });
    const second = await app.admin.listWebhookDeliveries({ id, limit: 2, cursor: first.nextCursor! });
    const times = [...first.items, ...second.items].map(({ createdAt }) => createdAt);
    expect(times).toEqual(times.toSorted().toReversed());
    expect([times.length, second.nextCursor]).toEqual([3, null]);
    // What has arrived is not kept for longer than its delivery took.
    const bodies = await app.database.execute('select body from webhook_delivery where webhook_id = $1', [id]);
    expect(bodies.rows).toEqual([{ body: null }, { body: null }, { body: null }]);

    advance(31 * dayMs);
    await tell('rollback.done', { at: 4 });
    await expireDeliveries({ database: app.database });
    expect(await deliveriesOf(id)).toHaveLength(1);
    await app.admin.deleteWebhook({ id });
  });

  it('get a new message for a delivery whose message was lost', async () => {
    const { id } = await make('/lost');
    await app.database.asProject(app.projectId, async (tx) => {
      const row = { id: id.replace(/.$/, '0'), project_id: tx.projectId, webhook_id: id, event: 'rollback.done' };
      const times = { next_at: new Date(tx.now.getTime() - dayMs), created_at: tx.now };
      await tx.sql
        .insertInto('webhook_delivery')
        .values({ ...row, ...times, body: '{}' })
        .execute();
    });
    await app.queue.send(aJob({ name: 'webhooks.send-overdue' }), { text: '' });
    await eventually(async () => expect(await deliveriesOf(id)).toMatchObject([{ state: 'delivered' }]));
    expect(receiver.at('/lost')).toHaveLength(1);
    await app.admin.deleteWebhook({ id });
  });

  it('are at most 20 in a project', async () => {
    const other = await app.otherTenant('many');
    const url = `${receiver.url}/many`;
    await Promise.all(Array.from({ length: 19 }, () => other.client.createWebhook({ url })));
    const both = await Promise.allSettled([other.client.createWebhook({ url }), other.client.createWebhook({ url })]);
    expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    await expect(other.client.createWebhook({ url })).rejects.toMatchObject({ code: 'conflict' });
    const first = await other.client.listWebhooks({ limit: 15 });
    const second = await other.client.listWebhooks({ limit: 15, cursor: first.nextCursor! });
    expect(new Set([...first.items, ...second.items].map(({ id }) => id)).size).toBe(20);
  });
});

// On PGlite the queue's own tests kill servers; here it would be two more starts of its engine.
describeOn(postgres, 'a delivery', (engine) => {
  afterEach(() => children.splice(0).forEach((child) => child.kill('SIGKILL')));

  it('that a server was killed over is made by the next one, under the same id', async () => {
    const receiver = await startReceiver();
    const place = await engine.place();
    receiver.answer('/killed', 'nothing');
    const first = await server({ choice: place.choice, url: `${receiver.url}/killed` });
    await eventually(() => expect(receiver.at('/killed')).toHaveLength(1));
    await first.kill();
    receiver.answer('/killed', 200);
    const second = await server({ choice: place.choice });
    await eventually(() => expect(receiver.at('/killed')).toHaveLength(2));
    const [cut, whole] = receiver.at('/killed');
    expect(whole!.headers['webhook-id']).toBe(cut!.headers['webhook-id']);
    expect(whole!.body).toBe(cut!.body);
    expect(await second.deliveries()).toEqual(['delivered 1']);
    await second.kill();
    await receiver.stop();
    await place.remove();
  }, 90_000);
});

const children: ChildProcess[] = [];

/** A server process that makes deliveries; with a URL it makes a project and a webhook first and tells of something. */
async function server(options: { choice: object; url?: string }) {
  const script = fileURLToPath(new URL('../support/webhook-process.ts', import.meta.url));
  const tsx = createRequire(import.meta.url).resolve('tsx');
  const child = spawn(process.execPath, ['--import', tsx, script, JSON.stringify(options)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  children.push(child);
  const says = async () => String((await once(child.stdout, 'data'))[0]).trim();
  expect(await Promise.race([says(), once(child, 'exit').then(() => 'ended')])).toBe('working');
  return {
    /** Once all of them have ended. */
    deliveries: async () => {
      const answer = says();
      child.stdin.write('deliveries\n');
      return (await answer).split(',');
    },
    kill: async () => {
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}
