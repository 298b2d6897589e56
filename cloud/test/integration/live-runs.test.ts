import { LiveEvent } from '@whetstone/shared/contract';
import { connect } from 'node:net';
import { v7 as uuidv7 } from 'uuid';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { startApp, testClock, type TestApp } from '../support/app.ts';
import { describeOn, describeOnEngines, postgres } from '../support/engines.ts';
import { aResult, insertRun, tell } from '../support/run-rows.ts';
import { follow, type Follower } from '../support/ws-client.ts';

const eventually = <T>(check: () => T | Promise<T>) => vi.waitFor(check, { timeout: 15_000, interval: 5 });
const addressOf = (app: TestApp, runId: string, query = '') => `${app.baseUrl}/api/eval/live/${runId}${query}`;
const bearer = (key: string) => ({ headers: { authorization: `Bearer ${key}` } });
const seqs = ({ messages }: Follower) => messages.map(({ seq }) => seq);
const upTo = (last: number, first = 1) => Array.from({ length: last - first + 1 }, (_, i) => first + i);
const results = (from: number, count: number) => Array.from({ length: count }, (_, i) => aResult(from + i));
const openSockets = async (app: TestApp) =>
  Number(/^whetstone_open_sockets (\d+)$/m.exec(await (await app.call('GET', '/metrics')).text())?.[1]);

async function open(url: string, options: Parameters<typeof follow>[1]): Promise<Follower> {
  const opened = await follow(url, options);
  if ('refused' in opened) throw new Error(`refused: ${JSON.stringify(opened.refused)}`);
  return opened;
}

async function refusalOf(url: string, options: Parameters<typeof follow>[1] = {}) {
  const opened = await follow(url, options);
  if (!('refused' in opened)) throw new Error('was let in');
  expect(opened.refused.type).toBe('application/problem+json; charset=utf-8');
  return opened.refused;
}

/** Ends a run as those do who work on it. */
const end = (app: TestApp, projectId: string, runId: string) =>
  tell(app, projectId, runId, [{ type: 'done', data: { run: { runId } } }], { status: 'completed' });

describeOnEngines('live events of a run', (engine) => {
  const { clock, advance } = testClock();
  let app: TestApp;
  let runId: string;
  beforeAll(async () => {
    app = await startApp(engine, { clock });
    runId = await insertRun(app, app.projectId);
    await tell(app, app.projectId, runId, results(0, 3));
  });
  const ticketFor = async (id: string, key = app.adminKey) =>
    (await app.clientOf(key).createLiveTicket({ runId: id })).ticket;

  it('brings what was told before and what is told now, in order, and closes after the last', async () => {
    const { key, projectId } = await app.otherTenant('whole story');
    const id = await insertRun(app, projectId);
    await tell(app, projectId, id, results(0, 250), { passed: 250 });
    const follower = await open(addressOf(app, id), bearer(key));
    await eventually(() => expect(follower.messages).toHaveLength(250));
    await tell(app, projectId, id, results(250, 5));
    await eventually(() => expect(follower.messages).toHaveLength(255));
    await end(app, projectId, id);
    expect(await follower.closed).toEqual({ code: 1000, reason: '' });
    expect(seqs(follower)).toEqual(upTo(256));
    expect(follower.messages[0]).toEqual({ seq: 1, type: 'result', ...aResult(0).data });
    expect(LiveEvent.safeParse(follower.messages[0]).success).toBe(true);
    expect(follower.messages.at(-1)).toEqual({ seq: 256, type: 'done', run: { runId: id } });
  });

  it('goes on exactly behind the event that a follower names', async () => {
    const { key, projectId } = await app.otherTenant('resumes');
    const id = await insertRun(app, projectId);
    await tell(app, projectId, id, results(0, 10));
    const follower = await open(addressOf(app, id, '?after=7'), bearer(key));
    await eventually(() => expect(seqs(follower)).toEqual([8, 9, 10]));
    const there = await open(addressOf(app, id, '?after=10'), bearer(key));
    await end(app, projectId, id);
    await Promise.all([follower.closed, there.closed]);
    expect([seqs(follower), seqs(there)]).toEqual([[8, 9, 10, 11], [11]]);
    const late = await open(addressOf(app, id, '?after=11'), bearer(key));
    expect([await late.closed, late.messages]).toEqual([{ code: 1000, reason: '' }, []]);
  });

  it.each(['-1', 'x', '1.5', '4', '99999999999', '1&after=2'])(
    'names a place that is none: after=%s',
    async (after) => {
      const { status, problem } = await refusalOf(addressOf(app, runId, `?after=${after}`), bearer(app.adminKey));
      expect([status, problem]).toMatchObject([400, { code: 'invalid', errors: [{ path: 'after' }] }]);
    },
  );

  it('goes on after a run was resumed, beyond its first end', async () => {
    const { key, projectId } = await app.otherTenant('resumed run');
    const id = await insertRun(app, projectId);
    await end(app, projectId, id);
    await tell(app, projectId, id, results(0, 1), { status: 'running' });
    const follower = await open(addressOf(app, id), bearer(key));
    await eventually(() => expect(seqs(follower)).toEqual([1, 2]));
    await end(app, projectId, id);
    await follower.closed;
    expect(follower.messages.map(({ type }) => type)).toEqual(['done', 'result', 'done']);
  });

  it('sends the end alone, from the row of the run, where retention has deleted the events', async () => {
    const { key, projectId } = await app.otherTenant('deleted events');
    const id = await insertRun(app, projectId);
    await tell(app, projectId, id, results(0, 20), { passed: 20 });
    await end(app, projectId, id);
    await app.database.asProject(projectId, ({ sql }) =>
      sql.deleteFrom('eval_event').where('run_id', '=', id).execute(),
    );
    const follower = await open(addressOf(app, id, '?after=3'), bearer(key));
    expect((await follower.closed).code).toBe(1000);
    expect(follower.messages.map((each) => LiveEvent.parse(each))).toMatchObject([
      { seq: 21, type: 'done', run: { runId: id, status: 'completed', lastSeq: 21, counts: { passed: 20 } } },
    ]);
  });

  it('ends with a word when the run itself is deleted', async () => {
    const { key, projectId } = await app.otherTenant('deleted run');
    const id = await insertRun(app, projectId);
    const follower = await open(addressOf(app, id), bearer(key));
    await app.database.asProject(projectId, ({ sql }) => sql.deleteFrom('eval_run').where('id', '=', id).execute());
    expect(await follower.closed).toEqual({ code: 1011, reason: 'this run was deleted' });
  });

  describe('who may', () => {
    it('is asked for a key, a role and a run of their own, before the upgrade', async () => {
      expect(await refusalOf(addressOf(app, runId))).toMatchObject({ status: 401, problem: { code: 'unauthorized' } });
      expect(await refusalOf(addressOf(app, runId), bearer('wsk_a_b'))).toMatchObject({ status: 401 });
      const stranger = await app.otherTenant('stranger');
      expect(await refusalOf(addressOf(app, runId), bearer(stranger.key))).toMatchObject({
        status: 404,
        problem: { code: 'not_found' },
      });
      expect(await refusalOf(addressOf(app, 'no-id'), bearer(app.adminKey))).toMatchObject({
        status: 400,
        problem: { errors: [{ path: 'runId' }] },
      });
      expect(await refusalOf(addressOf(app, uuidv7()), bearer(app.adminKey))).toMatchObject({ status: 404 });
      const plain = await app.call('GET', `/api/eval/live/${runId}`, { key: app.adminKey });
      expect(await plain.json()).toMatchObject({ status: 400, detail: expect.stringContaining('ws://') });
    });

    it.each(['key', 'apiKey', 'token', 'access_token'])('is refused with a key in the address, as %s', async (name) => {
      const { status, problem } = await refusalOf(addressOf(app, runId, `?${name}=${app.adminKey}`));
      expect([status, problem]).toMatchObject([
        400,
        { errors: [{ path: name, message: expect.stringContaining('ticket') }] },
      ]);
      expect(JSON.stringify(problem)).not.toContain(app.adminKey);
    });

    it('may show a ticket, once, for its own run, for a minute', async () => {
      const key = await app.keyWith('viewer');
      const other = await insertRun(app, app.projectId);
      const ticket = await ticketFor(runId, key);
      expect(Buffer.from(ticket, 'base64url')).toHaveLength(32);
      const follower = await open(addressOf(app, runId, `?ticket=${ticket}`), {});
      await eventually(() => expect(seqs(follower)).toEqual([1, 2, 3]));
      follower.socket.terminate();
      const again = await refusalOf(addressOf(app, runId, `?ticket=${ticket}`));
      expect(again).toMatchObject({ status: 401, problem: { detail: expect.stringMatching(/used.*POST/) } });

      const elsewhere = await ticketFor(other, key);
      for (const id of [runId, other])
        expect(await refusalOf(addressOf(app, id, `?ticket=${elsewhere}`))).toMatchObject({ status: 401 });
      const late = await ticketFor(runId, key);
      advance(60_001);
      expect(await refusalOf(addressOf(app, runId, `?ticket=${late}`))).toMatchObject({ status: 401 });
      expect(await refusalOf(addressOf(app, runId, '?ticket='))).toMatchObject({ status: 401 });
    });

    it('lets one of many in who show the same ticket at once', async () => {
      const ticket = await ticketFor(runId);
      const tries = await Promise.all(
        Array.from({ length: 8 }, () => follow(addressOf(app, runId, `?ticket=${ticket}`))),
      );
      const inside = tries.filter((each) => 'socket' in each);
      expect(inside).toHaveLength(1);
      for (const { socket } of inside) socket.terminate();
    });

    it('cannot use the ticket of a key that was revoked', async () => {
      const { secret, id } = await app.admin.createKey({ name: 'asks and goes', role: 'viewer' });
      const ticket = await ticketFor(runId, secret);
      await app.admin.revokeKey({ id });
      expect(await refusalOf(addressOf(app, runId, `?ticket=${ticket}`))).toMatchObject({ status: 401 });
    });

    it('gets a ticket for a run of its own alone, and twenty at a time', async () => {
      const stranger = await app.otherTenant('wants a ticket');
      await expect(stranger.client.createLiveTicket({ runId })).rejects.toMatchObject({ code: 'not_found' });
      const client = app.clientOf(await app.keyWith('viewer'));
      await Promise.all(Array.from({ length: 20 }, () => client.createLiveTicket({ runId })));
      await expect(client.createLiveTicket({ runId })).rejects.toMatchObject({ code: 'rate_limited' });
      advance(60_001);
      await client.createLiveTicket({ runId });
    });

    it('may be a browser that is signed in, on pages of this server alone', async () => {
      const signIn = await app.call('POST', '/auth/key', {
        body: { key: app.adminKey },
        headers: { 'sec-fetch-site': 'same-origin' },
      });
      const cookie = signIn.headers.get('set-cookie')!.split(';')[0]!;
      const follower = await open(addressOf(app, runId), { headers: { cookie }, origin: app.baseUrl });
      await eventually(() => expect(seqs(follower)).toEqual([1, 2, 3]));
      follower.socket.terminate();
      const named = await open(addressOf(app, runId, `?project=${app.projectId}`), {
        headers: { cookie },
        origin: app.baseUrl,
      });
      named.socket.terminate();
      for (const origin of ['http://127.0.0.1:1', 'https://evil.example', 'null', undefined]) {
        const options = { headers: { cookie }, ...(origin === undefined ? {} : { origin }) };
        expect(await refusalOf(addressOf(app, runId), options)).toMatchObject({ status: 403 });
      }
      const crossSite = { cookie, 'sec-fetch-site': 'cross-site' };
      expect(await refusalOf(addressOf(app, runId), { headers: crossSite, origin: app.baseUrl })).toMatchObject({
        status: 403,
      });
    });
  });

  describe('a connection', () => {
    it.each([
      ['revoked', (id: string) => app.admin.revokeKey({ id })],
      ['expired', async () => advance(3_600_001)],
    ])('ends within a second of its key being %s, and tells nothing more', async (how, act) => {
      const expiresAt = new Date(clock() + 3_600_000).toISOString();
      const { secret, id } = await app.admin.createKey({ name: how, role: 'viewer', expiresAt });
      const mine = await insertRun(app, app.projectId);
      const byKey = await open(addressOf(app, mine), bearer(secret));
      const byTicket = await open(addressOf(app, mine, `?ticket=${await ticketFor(mine, secret)}`), {});
      await act(id);
      await tell(app, app.projectId, mine, results(0, 1));
      for (const { closed, messages } of [byKey, byTicket]) {
        expect(await closed).toMatchObject({ code: 1008, reason: expect.stringContaining('key') });
        expect(messages).toEqual([]);
      }
    });

    it('is open a hundred times for a key and no more, and counted', async () => {
      const { key, client, projectId } = await app.otherTenant('greedy');
      const id = await insertRun(app, projectId);
      const before = await openSockets(app);
      const all = await Promise.all(Array.from({ length: 100 }, () => open(addressOf(app, id), bearer(key))));
      expect(await openSockets(app)).toBe(before + 100);
      expect(await refusalOf(addressOf(app, id), bearer(key))).toMatchObject({
        status: 429,
        problem: { code: 'rate_limited' },
      });
      const another = await client.createKey({ name: 'another', role: 'viewer' });
      (await open(addressOf(app, id), bearer(another.secret))).socket.terminate();
      await tell(app, projectId, id, results(0, 1));
      await eventually(() => expect(all.every(({ messages }) => messages.length === 1)).toBe(true));
      for (const { socket } of all) socket.terminate();
      await eventually(async () => expect(await openSockets(app)).toBe(before));
      (await open(addressOf(app, id), bearer(key))).socket.terminate();
    });

    it('is dropped when it does not read, while others go on, and misses nothing when it comes back', async () => {
      const { key, projectId } = await app.otherTenant('slow');
      const id = await insertRun(app, projectId);
      const slow = await open(addressOf(app, id), bearer(key));
      const good = await open(addressOf(app, id), bearer(key));
      await tell(app, projectId, id, results(0, 1));
      await eventually(() => expect([seqs(slow), seqs(good)]).toEqual([[1], [1]]));
      slow.socket.pause();
      // The system takes some megabytes, up to ten, before anything waits in the server.
      const sent = 24;
      for (let n = 1; n < sent; n++) {
        await tell(app, projectId, id, [aResult(n, 'x'.repeat(500_000))]);
        await eventually(() => expect(good.messages).toHaveLength(n + 1));
      }
      slow.socket.resume();
      // 1006 where the telling took so long that nobody waited for the farewell to be read.
      expect((await slow.closed).code).toBeOneOf([1013, 1006]);
      expect(slow.messages.length).toBeLessThan(sent);
      const back = await open(addressOf(app, id, `?after=${seqs(slow).at(-1)}`), bearer(key));
      await eventually(() => expect([...seqs(slow), ...seqs(back)]).toEqual(upTo(sent)));
      for (const { socket } of [good, back]) socket.terminate();
    });

    it('waits for who has much to catch up on, however slowly it is read', async () => {
      const { key, projectId } = await app.otherTenant('backlog');
      const id = await insertRun(app, projectId);
      for (let i = 0; i < 3; i++)
        await tell(
          app,
          projectId,
          id,
          Array.from({ length: 50 }, (_, n) => aResult(i * 50 + n, 'x'.repeat(60_000))),
        );
      const slow = await open(addressOf(app, id), bearer(key));
      slow.socket.pause();
      const good = await open(addressOf(app, id), bearer(key));
      await eventually(() => expect(seqs(good)).toEqual(upTo(150)));
      slow.socket.resume();
      await eventually(() => expect(seqs(slow)).toEqual(upTo(150)));
      for (const { socket } of [slow, good]) socket.terminate();
    });

    it('is not listened to, and closed when it says too much', async () => {
      const talking = await open(addressOf(app, runId), bearer(app.adminKey));
      for (let i = 0; i < 100; i++) talking.socket.send('{"subscribe":"everything"}');
      await eventually(() => expect(seqs(talking)).toEqual([1, 2, 3]));
      expect(talking.socket.readyState).toBe(talking.socket.OPEN);
      talking.socket.send('and one more');
      expect((await talking.closed).code).toBe(1008);
      const shouting = await open(addressOf(app, runId), bearer(app.adminKey));
      shouting.socket.send('x'.repeat(1_025));
      expect((await shouting.closed).code).toBe(1009);
    });
  });

  it('leaves requests alone that offer another protocol, or a WebSocket elsewhere', async () => {
    const body = JSON.stringify({ context: { targetingKey: 'kim' } });
    const lines = (method: string, path: string, upgrade: string, length: number) =>
      [
        `${method} ${path} HTTP/1.1`,
        `Host: ${new URL(app.baseUrl).host}`,
        `Authorization: Bearer ${app.adminKey}`,
        `Connection: Upgrade, HTTP2-Settings`,
        `Upgrade: ${upgrade}`,
        'HTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA',
        ...(length > 0 ? ['Content-Type: application/json', `Content-Length: ${length}`] : []),
        '\r\n',
      ].join('\r\n');
    const raw = connect({ host: '127.0.0.1', port: Number(new URL(app.baseUrl).port) });
    let seen = '';
    raw.on('data', (chunk: Buffer) => (seen += chunk.toString()));
    raw.write(lines('POST', '/ofrep/v1/evaluate/flags', 'h2c', body.length) + body.slice(0, 9));
    // The rest of the body comes later, and then another request on the same connection.
    await new Promise((done) => setImmediate(done));
    raw.write(body.slice(9));
    await eventually(() => expect(seen).toMatch(/^HTTP\/1\.1 200 OK[^]*"flags":\[/));
    seen = '';
    raw.write(lines('GET', '/api/flags', 'websocket', 0));
    await eventually(() => expect(seen).toMatch(/^HTTP\/1\.1 200 OK[^]*"items":\[/));
    raw.destroy();
  });

  it('bring what a real run tells: each sample once, how far it is, and its end', async () => {
    await app.work();
    const problems = ['typescript-read-flags', 'typescript-slug'];
    const { runId: id } = await app.admin.startEvalRun({
      dataset: 'starter',
      subject: { kind: 'reference' },
      problems,
    });
    const follower = await open(addressOf(app, id), bearer(app.adminKey));
    expect(await follower.closed).toEqual({ code: 1000, reason: '' });
    expect(seqs(follower)).toEqual(upTo(follower.messages.length));
    const told = follower.messages.map((each) => LiveEvent.parse(each));
    const judged = told.flatMap((event) => (event.type === 'result' ? event.result.problemId : []));
    expect(judged.toSorted()).toEqual(problems);
    const progress = told.filter(({ type }) => type === 'progress').at(-1);
    expect(progress).toMatchObject({ done: 2, total: 2, counts: { passed: 2 } });
    const { run } = await app.admin.getEvalResults({ runId: id });
    expect(told.at(-1)).toEqual({ seq: run.lastSeq, type: 'done', run });
  });

  // The last one: the server is gone after it.
  it('ends with 1001 when the server stops, which waits for nobody', async () => {
    const [polite, deaf] = await Promise.all([0, 1].map(() => open(addressOf(app, runId), bearer(app.adminKey))));
    await eventually(() => expect([seqs(polite!), seqs(deaf!)]).toEqual([upTo(3), upTo(3)]));
    deaf!.socket.pause();
    await app.close();
    expect(await polite!.closed).toEqual({ code: 1001, reason: 'the server is stopping' });
    deaf!.socket.terminate();
  });
});

describeOn(postgres, 'live events of a run from two servers on one database', (engine) => {
  it('reach followers of both within a second, in order, over reconnects in the middle', async () => {
    const place = await engine.place();
    const one = await startApp(engine, { place });
    const other = await startApp(engine, { place, adminKey: one.adminKey });
    const id = await insertRun(one, one.projectId);
    const { ticket } = await one.admin.createLiveTicket({ runId: id });
    const steady = await open(addressOf(other, id, `?ticket=${ticket}`), {});
    for (const each of [one, other])
      expect(await refusalOf(addressOf(each, id, `?ticket=${ticket}`))).toMatchObject({ status: 401 });

    const restless: number[] = [];
    const tookMs: number[] = [];
    let told = 0;
    let hop: Follower | undefined;
    for (let round = 0; round < 12; round++) {
      hop = await open(addressOf(round % 2 ? one : other, id, `?after=${restless.at(-1) ?? 0}`), bearer(one.adminKey));
      const count = 1 + (round % 3) * 4;
      await tell(one, one.projectId, id, results(told, count));
      const toldAtMs = performance.now();
      told += count;
      await eventually(() => expect(steady.messages).toHaveLength(told));
      tookMs.push(steady.arrivedMs.at(-1)! - toldAtMs);
      // Cut wherever it is by now, events under way included.
      if (round % 3 === 0) await eventually(() => expect(hop!.messages.length).toBeGreaterThan(0));
      hop.socket.terminate();
      restless.push(...seqs(hop));
    }
    const last = await open(addressOf(other, id, `?after=${restless.at(-1) ?? 0}`), bearer(one.adminKey));
    await end(one, one.projectId, id);
    await Promise.all([steady.closed, last.closed]);
    expect(seqs(steady)).toEqual(upTo(told + 1));
    expect([...restless, ...seqs(last)]).toEqual(upTo(told + 1));
    console.info(
      `from a commit to a follower on another server: median ${Math.round(tookMs.toSorted((a, b) => a - b)[6]!)} ms, max ${Math.round(Math.max(...tookMs))} ms`,
    );

    const { secret, id: keyId } = await one.admin.createKey({ name: 'follower', role: 'viewer' });
    const running = await insertRun(one, one.projectId);
    const follower = await open(addressOf(other, running), bearer(secret));
    await one.admin.revokeKey({ id: keyId });
    expect((await follower.closed).code).toBe(1008);
    await Promise.all([one.close(), other.close()]);
    await place.remove();
  });
});
