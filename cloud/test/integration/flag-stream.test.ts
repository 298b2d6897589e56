import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { WhetstoneError } from '@whetstone/shared/errors';
import type { Database } from '../../src/platform/db/database.ts';
import { flagFollower } from '../../../test/support/flag-follower.ts';
import { openStream, type SseStream } from '../../../test/support/sse-client.ts';
import { startApp, testClock, type TestApp } from '../support/app.ts';
import { describeOn, describeOnEngines, postgres } from '../support/engines.ts';
import { aFlag } from '../support/flags.ts';

type Tenant = Awaited<ReturnType<TestApp['otherTenant']>>;

const eventually = <T>(check: () => T | Promise<T>) => vi.waitFor(check, { timeout: 15_000, interval: 5 });
const streamOf = (app: TestApp) => `${app.baseUrl}/api/flags/stream`;
const openStreams = async (app: TestApp) =>
  Number(/^whetstone_open_streams (\d+)$/m.exec(await (await app.call('GET', '/metrics')).text())?.[1]);

/** Of each event its kind and what it is about. */
const gist = ({ events }: SseStream) =>
  events.map(({ event, data }) => {
    const { revision, flag, key } = data as { revision: number; flag?: { key: string; version: number }; key?: string };
    return [event, revision, ...(flag ? [`${flag.key} v${flag.version}`] : []), ...(key ? [key] : [])].join(' ');
  });

describeOnEngines('the stream of flags', (engine) => {
  const { clock, advance } = testClock();
  let app: TestApp;
  beforeAll(async () => {
    app = await startApp(engine, { clock });
  });
  afterAll(() => app.close());

  const open = (key: string, lastEventId?: string) => openStream(streamOf(app), { key, lastEventId });

  /** create, change, archive, restore: revisions 1 to 4. */
  async function fourChanges({ client }: Tenant) {
    const made = await client.createFlag(aFlag('one'));
    const changed = await client.updateFlag({ ...made, enabled: false });
    await client.archiveFlag({ key: 'one' });
    return [made, changed, undefined, await client.restoreFlag({ key: 'one' })];
  }

  it('begins with the ruleset as GET answers it, and says that this is current', async () => {
    const { client, key, projectId } = await app.otherTenant('begins');
    await client.createFlag(aFlag('first'));
    const ruleset = await app.call('GET', '/api/flags/ruleset', { key });
    const stream = await open(key);
    expect(stream.status).toBe(200);
    expect(stream.headers).toMatchObject({
      'content-type': 'text/event-stream',
      'cache-control': 'no-cache',
      'x-accel-buffering': 'no',
    });
    await eventually(() => expect(stream.events).toHaveLength(2));
    expect(stream.fields).toEqual({ retry: '1000' });
    expect(stream.events).toEqual([
      { event: 'ruleset', id: `${projectId}.1`, data: await ruleset.json() },
      { event: 'current', id: undefined, data: { revision: 1 } },
    ]);
    expect(ruleset.headers.get('etag')).toBe(`"${stream.events[0]!.id}"`);
    stream.cut();
  });

  it('tells of every change, with the flag as it is in that version', async () => {
    const tenant = await app.otherTenant('every change');
    const stream = await open(tenant.key);
    await eventually(() => expect(stream.events.at(-1)?.event).toBe('current'));
    const [made, changed, , restored] = await fourChanges(tenant);
    await eventually(() => expect(stream.events).toHaveLength(6));
    const id = (revision: number) => `${tenant.projectId}.${revision}`;
    expect(stream.events.slice(2)).toEqual([
      { event: 'flag', id: id(1), data: { revision: 1, flag: made } },
      { event: 'flag', id: id(2), data: { revision: 2, flag: changed } },
      { event: 'archived', id: id(3), data: { revision: 3, key: 'one' } },
      { event: 'flag', id: id(4), data: { revision: 4, flag: restored } },
    ]);
    stream.cut();
  });

  it('tells of segments, too, and of those that were removed', async () => {
    const { client, key, projectId } = await app.otherTenant('segments');
    const stream = await open(key);
    await eventually(() => expect(stream.events.at(-1)?.event).toBe('current'));
    const made = await client.createSegment({ key: 'beta', included: ['alice'] });
    const changed = await client.updateSegment({ key: 'beta', version: 1, included: ['bob'] });
    await client.deleteSegment({ key: 'beta' });
    await eventually(() => expect(stream.events).toHaveLength(5));
    const id = (revision: number) => `${projectId}.${revision}`;
    expect(stream.events.slice(2)).toEqual([
      { event: 'segment', id: id(1), data: { revision: 1, segment: made } },
      { event: 'segment', id: id(2), data: { revision: 2, segment: changed } },
      { event: 'segmentRemoved', id: id(3), data: { revision: 3, key: 'beta' } },
    ]);
    stream.cut();
  });

  it('sends to who comes back exactly what was missed', async () => {
    const tenant = await app.otherTenant('comes back');
    await fourChanges(tenant);
    const missed = async (revision: number) => {
      const stream = await open(tenant.key, `${tenant.projectId}.${revision}`);
      await eventually(() => expect(stream.events.at(-1)?.event).toBe('current'));
      stream.cut();
      return gist(stream);
    };
    expect(await missed(0)).toEqual(['flag 1 one v1', 'flag 2 one v2', 'archived 3 one', 'flag 4 one v4', 'current 4']);
    expect(await missed(2)).toEqual(['archived 3 one', 'flag 4 one v4', 'current 4']);
    expect(await missed(4)).toEqual(['current 4']);
  });

  it('sends the whole ruleset to who cannot go on from where they were', async () => {
    const tenant = await app.otherTenant('cannot go on');
    const other = await app.otherTenant('somebody else');
    await fourChanges(tenant);
    await fourChanges(other);
    advance(31 * 86_400_000);
    await app.events.purge();
    await tenant.client.createFlag(aFlag('two'));
    const answers = async (lastEventId: string) => {
      const stream = await open(tenant.key, lastEventId);
      await eventually(() => expect(stream.events.at(-1)?.event).toBe('current'));
      stream.cut();
      return gist(stream);
    };
    const whole = ['ruleset 5', 'current 5'];
    expect(await answers(`${other.projectId}.4`)).toEqual(whole);
    expect(await answers(`${tenant.projectId}.3`)).toEqual(whole);
    expect(await answers(`${tenant.projectId}.99`)).toEqual(whole);
    expect(await answers(`${tenant.projectId}.x`)).toEqual(whole);
    expect(await answers('5')).toEqual(whole);
    expect(await answers(`${tenant.projectId}.4`)).toEqual(['flag 5 two v1', 'current 5']);
  });

  it('sends the whole ruleset to who has missed more than a thousand changes', async () => {
    const { key, projectId } = await app.otherTenant('long away');
    await app.database.asProject(projectId, async (tx) => {
      for (let n = 1; n <= 1_001; n++) await app.events.append(tx, 'flags', { archived: `flag-${n}` });
    });
    const [longAway, away] = [await open(key, `${projectId}.0`), await open(key, `${projectId}.1`)];
    await eventually(() => expect(gist(longAway)).toEqual(['ruleset 1001', 'current 1001']));
    await eventually(() => expect(away.events).toHaveLength(1_001));
    expect(gist(away).at(0)).toBe('archived 2 flag-2');
    for (const { cut } of [longAway, away]) cut();
  });

  it('sends no ruleset again when nothing of it changed, even if what else happened was long ago', async () => {
    const { client, key, projectId } = await app.otherTenant('unchanged');
    await client.createFlag(aFlag('still'));
    await app.call('GET', '/api/flags/ruleset', { key });
    await client.createKey({ name: 'later', role: 'viewer' });
    await client.createKey({ name: 'later still', role: 'viewer' });
    advance(31 * 86_400_000);
    await app.events.purge();
    const [back, anew] = [await open(key, `${projectId}.1`), await open(key)];
    await eventually(() => expect(gist(back)).toEqual(['current 1']));
    await eventually(() => expect(gist(anew).at(-1)).toEqual('current 1'));
    await client.createFlag(aFlag('new'));
    await eventually(() =>
      expect([back, anew].map((each) => gist(each).at(-1))).toEqual(['flag 4 new v1', 'flag 4 new v1']),
    );
    for (const { cut } of [back, anew]) cut();
  });

  it('is followed without gap or repeat through 100 changes and connections that break anywhere', async () => {
    const { client, key } = await app.otherTenant('breaking');
    const random = seeded(20_261);
    const follower = flagFollower();
    let isDone = false;
    let connections = 0;
    const first = await open(key);
    await eventually(() => expect(gist(first)).toEqual(['ruleset 0', 'current 0']));
    first.cut();
    first.events.forEach(follower.take);

    const following = (async () => {
      while (!isDone || follower.confirmed() < 100) {
        connections++;
        const cutAfterBytes = isDone ? Infinity : Math.floor(random() * 6_000);
        const stream = await openStream(streamOf(app), { key, lastEventId: follower.lastEventId(), cutAfterBytes });
        let taken = 0;
        const takeAll = () => {
          while (taken < stream.events.length) follower.take(stream.events[taken++]!);
        };
        const isOver = () => takeAll() ?? (stream.isEnded() || (isDone && follower.confirmed() >= 100));
        await vi.waitUntil(isOver, { timeout: 20_000, interval: 2 });
        takeAll();
        stream.cut();
      }
    })();

    const versions = new Map<string, number>();
    for (let i = 0; i < 100; i++) {
      const name = `flag-${Math.floor(random() * 8)}`;
      const version = versions.get(name);
      const change = random();
      if (version === undefined) versions.set(name, (await client.createFlag(aFlag(name))).version);
      else if (version < 0) versions.set(name, (await client.restoreFlag({ key: name })).version);
      else if (change < 0.25) versions.set(name, -(await client.archiveFlag({ key: name })).version);
      else {
        const description = 'é'.repeat(Math.floor(random() * 300));
        versions.set(name, (await client.updateFlag({ ...aFlag(name, { description }), version })).version);
      }
    }
    isDone = true;
    await following;
    expect(follower.revisions).toEqual(Array.from({ length: 100 }, (_, i) => i + 1));
    expect(follower.flags()).toEqual((await client.getRuleset({})).flags);
    expect(follower.rulesets()).toBe(1);
    expect(connections).toBeGreaterThan(5);
    console.info(`${engine.name}: 100 changes over ${connections} connections, each seen once`);
  });

  it('reaches every one of many, and forgets them when they leave', async () => {
    const { client, key } = await app.otherTenant('many');
    const before = await openStreams(app);
    const streams = await Promise.all(Array.from({ length: 50 }, () => open(key)));
    await eventually(async () => expect(await openStreams(app)).toBe(before + 50));
    await client.createFlag(aFlag('seen'));
    await eventually(() => {
      for (const stream of streams) expect(gist(stream).at(-1)).toBe('flag 1 seen v1');
    });
    for (const { cut } of streams) cut();
    await eventually(async () => expect(await openStreams(app)).toBe(before));
  });

  it('drops who does not read, while others go on', async () => {
    const { client, key } = await app.otherTenant('slow');
    const before = await openStreams(app);
    const [slow, good] = [await open(key), await open(key)];
    await eventually(() => expect(gist(slow)).toEqual(['ruleset 0', 'current 0']));
    slow.stopReading();
    let { version } = await client.createFlag(aFlag('large'));
    // The system takes some megabytes before anything waits in the server.
    while ((await openStreams(app)) > before + 1 && version < 200) {
      const description = `${version}`.padEnd(900, 'x');
      const variants = { on: 'x'.repeat(400_000), off: false };
      ({ version } = await client.updateFlag({ ...aFlag('large', { description, variants }), version }));
    }
    expect(await openStreams(app)).toBe(before + 1);
    await client.updateFlag({ ...aFlag('large'), version });
    await eventually(() => expect(gist(good).at(-1)).toBe(`flag ${version + 1} large v${version + 1}`));
    good.cut();
    slow.cut();
  });

  it('waits for who has a lot to catch up on, however slowly it is read', async () => {
    const { key, projectId } = await app.otherTenant('backlog');
    const flag = { ...aFlag('long-story'), description: 'x'.repeat(60_000) };
    await app.database.asProject(projectId, async (tx) => {
      for (let version = 1; version <= 350; version++)
        await app.events.append(tx, 'flags', { flag: { ...flag, version } });
    });
    const all = Array.from({ length: 350 }, (_, i) => `flag ${i + 1} long-story v${i + 1}`);
    const slow = await open(key, `${projectId}.0`);
    slow.stopReading();
    const good = await open(key, `${projectId}.0`);
    await eventually(() => expect(gist(good)).toEqual([...all, 'current 350']));
    slow.readOn();
    await eventually(() => expect(gist(slow)).toEqual([...all, 'current 350']));
    for (const { cut } of [slow, good]) cut();
  });

  it('can carry a ruleset that is larger than what may wait', async () => {
    const { client, key } = await app.otherTenant('huge');
    for (const name of ['a', 'b', 'c']) {
      await client.createFlag(aFlag(name, { variants: { on: name.repeat(900_000), off: false } }));
    }
    const stream = await open(key);
    await eventually(() => expect(gist(stream)).toEqual(['ruleset 3', 'current 3']));
    stream.cut();
  });

  it('ends when its key is revoked, and tells it nothing more', async () => {
    const { client } = await app.otherTenant('revoked');
    const { secret, id } = await client.createKey({ name: 'leaves', role: 'viewer' });
    const stream = await open(secret);
    await eventually(() => expect(gist(stream).at(-1)).toBe('current 0'));
    await client.revokeKey({ id });
    await client.createFlag(aFlag('secret'));
    await stream.ended;
    expect(gist(stream)).toEqual(['ruleset 0', 'current 0']);
    expect((await open(secret)).status).toBe(401);
  });

  it('ends when its key is revoked also when nothing else happens', async () => {
    const { client } = await app.otherTenant('revoked quietly');
    const { secret, id } = await client.createKey({ name: 'leaves', role: 'viewer' });
    const stream = await open(secret);
    await eventually(() => expect(gist(stream).at(-1)).toBe('current 0'));
    await client.revokeKey({ id });
    await stream.ended;
  });

  it('ends when its key expires', async () => {
    const { client } = await app.otherTenant('expires');
    const expiresAt = new Date(clock() + 60_000).toISOString();
    const { secret } = await client.createKey({ name: 'brief', role: 'viewer', expiresAt });
    const stream = await open(secret);
    await eventually(() => expect(gist(stream).at(-1)).toBe('current 0'));
    advance(61_000);
    await stream.ended;
  });

  it('keeps tenants apart', async () => {
    const [mine, theirs] = [await app.otherTenant('mine'), await app.otherTenant('theirs')];
    const [here, there] = [await open(mine.key), await open(theirs.key)];
    await theirs.client.createFlag(aFlag('theirs-alone'));
    await eventually(() => expect(gist(there).at(-1)).toBe('flag 1 theirs-alone v1'));
    await mine.client.createFlag(aFlag('mine'));
    await eventually(() => expect(gist(here)).toEqual(['ruleset 0', 'current 0', 'flag 1 mine v1']));
    for (const { cut } of [here, there]) cut();
  });

  it('is open a hundred times for a key and no more, until one ends', async () => {
    const { client, key } = await app.otherTenant('greedy');
    const streams = await Promise.all(Array.from({ length: 100 }, () => open(key)));
    expect(streams.map(({ status }) => status)).toEqual(Array.from({ length: 100 }, () => 200));
    const refused = await app.call('GET', '/api/flags/stream', { key });
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '1']);
    expect(await refused.json()).toMatchObject({ code: 'rate_limited', detail: expect.stringContaining('100') });
    const another = await open((await client.createKey({ name: 'another', role: 'viewer' })).secret);
    expect(another.status).toBe(200);
    streams[0]!.cut();
    await eventually(async () => {
      const again = await open(key);
      again.cut();
      expect(again.status).toBe(200);
    });
    for (const { cut } of [...streams, another]) cut();
  });

  it('says every few seconds that nothing has changed', async () => {
    const { key } = await app.otherTenant('quiet');
    const stream = await open(key);
    await eventually(() => expect(gist(stream)).toEqual(['ruleset 0', 'current 0', 'current 0']));
    stream.cut();
  });

  it('answers neither HEAD nor a query', async () => {
    expect((await app.call('HEAD', '/api/flags/stream', { key: app.adminKey })).status).toBe(400);
    const asked = await app.call('GET', '/api/flags/stream?since=3', { key: app.adminKey });
    expect(await asked.json()).toMatchObject({ status: 400, errors: [{ path: 'since' }] });
  });

  it('is ended by the server when that stops', async () => {
    const own = await startApp(engine);
    const streams = await Promise.all(
      Array.from({ length: 5 }, () => openStream(streamOf(own), { key: own.adminKey })),
    );
    streams[0]!.stopReading();
    await own.close();
    await Promise.all(streams.slice(1).map(({ ended }) => ended));
  });

  it('goes on after a restart from where it was', async () => {
    const place = await engine.place();
    const before = await startApp(engine, { place });
    await before.admin.createFlag(aFlag('before'));
    const first = await openStream(streamOf(before), { key: before.adminKey });
    await eventually(() => expect(gist(first)).toEqual(['ruleset 1', 'current 1']));
    await before.admin.createFlag(aFlag('missed'));
    await before.close();
    const after = await startApp(engine, { place, adminKey: before.adminKey });
    const lastEventId = first.events[0]!.id;
    const second = await openStream(streamOf(after), { key: before.adminKey, lastEventId });
    await eventually(() => expect(gist(second)).toEqual(['flag 2 missed v1', 'current 2']));
    await after.close();
    await place.remove();
  });
});

describeOn(postgres, 'the stream of flags from two servers on one database', (engine) => {
  it('tells of what the other changed, resumes at either, and ends when the other revokes the key', async () => {
    const place = await engine.place();
    const one = await startApp(engine, { place });
    const other = await startApp(engine, { place, adminKey: one.adminKey });
    const { secret, id } = await one.admin.createKey({ name: 'follower', role: 'viewer' });
    const stream = await openStream(streamOf(other), { key: secret });
    await eventually(() => expect(stream.events.at(-1)?.event).toBe('current'));

    const [here, there] = [await openStream(streamOf(one), { key: secret }), stream];
    await eventually(() => expect(here.events.at(-1)?.event).toBe('current'));
    const took = { here: [] as number[], there: [] as number[] };
    for (let i = 0; i < 30; i++) {
      await one.admin.createFlag(aFlag(`flag-${i}`));
      const changedMs = performance.now();
      for (const [name, each] of Object.entries({ here, there })) {
        await eventually(() => expect(gist(each).at(-1)).toMatch(new RegExp(`flag-${i} v1$`)));
        took[name as keyof typeof took].push(each.arrivedMs.at(-1)! - changedMs);
      }
    }
    console.info(
      `from the answer to who changed a flag to a client of the same server p50 ${p50(took.here)} ms, max ${Math.max(...took.here).toFixed(1)} ms, ` +
        `of another server p50 ${p50(took.there)} ms, max ${Math.max(...took.there).toFixed(1)} ms`,
    );
    here.cut();

    const cutAt = stream.events.at(-3)!.id;
    const back = await openStream(streamOf(one), { key: secret, lastEventId: cutAt });
    await eventually(() => expect(back.events).toHaveLength(3));
    expect(back.events.slice(0, 2)).toEqual(stream.events.slice(-2));

    await one.admin.revokeKey({ id });
    const revokedMs = performance.now();
    await Promise.all([stream.ended, back.ended]);
    console.info(`streams of a revoked key ended after ${Math.round(performance.now() - revokedMs)} ms`);
    await Promise.all([one.close(), other.close()]);
    await place.remove();
  });

  it('stays open while the database is away, but claims nothing, and goes on when it is back', async () => {
    let isAway = false;
    const failing = (database: Database): Database => {
      const refuse = () => Promise.reject(new WhetstoneError('unavailable', 'away, for this test'));
      return {
        ...database,
        asProject: (projectId, work) => (isAway ? refuse() : database.asProject(projectId, work)),
        asSystem: (work) => (isAway ? refuse() : database.asSystem(work)),
      };
    };
    const place = await engine.place();
    const one = await startApp(engine, { place });
    const cut = await startApp(engine, { place, adminKey: one.adminKey, wrap: failing });
    const stream = await openStream(streamOf(cut), { key: one.adminKey });
    await eventually(() => expect(gist(stream)).toEqual(['ruleset 0', 'current 0']));
    isAway = true;
    await one.admin.createFlag(aFlag('meanwhile'));
    await eventually(() => expect(stream.comments).toEqual(['not confirmed at the moment']));
    expect(gist(stream)).toEqual(['ruleset 0', 'current 0']);
    isAway = false;
    await eventually(() => expect(gist(stream).at(-1)).toBe('flag 1 meanwhile v1'));
    await Promise.all([one.close(), cut.close()]);
    await place.remove();
  });
});

const p50 = (numbers: number[]) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)]!.toFixed(1);

/** The same numbers in every run (mulberry32). */
function seeded(seed: number) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
