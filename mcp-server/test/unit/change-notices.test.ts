import { describe, expect, it, vi } from 'vitest';
import { whetstoneServer } from '../../src/mcp/whetstone-server.ts';
import type { FlagChanges } from '../../src/offline/ruleset-watch.ts';
import { manualClock } from '../support/manual-clock.ts';
import { connect, type Era } from '../support/mcp-wire.ts';
import { noEvals } from '../support/no-evals.ts';
import { noDocs } from '../support/no-docs.ts';
import { noFeedback } from '../support/no-feedback.ts';
import { noModels } from '../support/no-models.ts';
import { noRecording } from '../support/no-recording.ts';
import { newReader } from '../support/reader.ts';
import { faults, flagOf, serving, streaming } from '../support/scripted-cloud.ts';

const eventually = <T>(check: () => T | Promise<T>) => vi.waitFor(check, { interval: 2 });
/** Lets what is ready happen. */
const turn = () => new Promise((passed) => setImmediate(passed));
const later = (key: string, version: number) => ({ ...flagOf(key, version), version });

/** A reader that listens to a stream of `greeting` and `other`, and what those who watch it were told. */
async function watched() {
  const clock = manualClock();
  const server = streaming(1, flagOf('greeting'), flagOf('other'));
  const { reader, cloud } = newReader({ cloud: server.answer, clock });
  await reader.answer('greeting', {});
  const told: FlagChanges[] = [];
  const unwatch = reader.watch((changes) => told.push(changes));
  const knows = (key: string, value: unknown) =>
    eventually(async () => expect(await reader.answer(key, {})).toMatchObject({ value }));
  return { reader, cloud, clock, server, told, unwatch, knows };
}

describe('who watches the flags', () => {
  it('is told of a change, of a new flag and of one that went, and when the list is another one', async () => {
    const { server, clock, told, knows } = await watched();
    server.put(later('greeting', 2));
    await knows('greeting', 2);
    clock.advance(100);
    server.put(flagOf('new'));
    await knows('new', true);
    clock.advance(100);
    server.archive('other');
    await knows('other', false);
    clock.advance(100);
    expect(told).toEqual([
      { keys: ['greeting'], isListChanged: false },
      { keys: ['new'], isListChanged: true },
      { keys: ['other'], isListChanged: true },
    ]);
  });

  it('is told of a burst once', async () => {
    const { server, clock, told, knows } = await watched();
    for (let version = 2; version <= 101; version++) server.put(later('greeting', version));
    await knows('greeting', 101);
    clock.advance(100);
    expect(told).toEqual([{ keys: ['greeting'], isListChanged: false }]);
  });

  it.each([
    ['nothing when the same rules are sent again', 1, []],
    ['of no flag when the same rules come under another revision', 2, [{ keys: [], isListChanged: false }]],
  ])('is told %s', async (_what, revision, expected) => {
    const { server, cloud, clock, told } = await watched();
    const { answer } = streaming(revision, flagOf('other'), flagOf('greeting'));
    cloud.answer = ({ headers: _, ...request }) => answer({ ...request, headers: new Headers() });
    server.drop();
    await eventually(() => {
      clock.advance(1_000);
      expect(cloud.asked.stream).toHaveLength(2);
    });
    await turn();
    clock.advance(100);
    expect(told).toEqual(expected);
  });

  it('is told when the cloud goes and when it comes back, not at each attempt between', async () => {
    const { server, cloud, clock, told } = await watched();
    cloud.answer = faults[0]!.reply;
    server.drop();
    await eventually(() => {
      clock.advance(1_000);
      expect(cloud.asked.stream.length).toBeGreaterThan(3);
    });
    expect(told).toEqual([{ keys: [], isListChanged: false }]);
    cloud.answer = server.answer;
    await eventually(() => {
      clock.advance(1_000);
      expect(told).toEqual([
        { keys: [], isListChanged: false },
        { keys: [], isListChanged: false },
      ]);
    });
  });

  it('is told nothing after it stopped, and nothing after the end', async () => {
    const { reader, server, clock, told, unwatch, knows } = await watched();
    const others: FlagChanges[] = [];
    reader.watch((changes) => others.push(changes));
    unwatch();
    server.put(later('greeting', 2));
    await knows('greeting', 2);
    clock.advance(100);
    expect([told, others]).toEqual([[], [{ keys: ['greeting'], isListChanged: false }]]);
    server.put(flagOf('new'));
    await knows('new', true);
    await reader.close();
    clock.advance(100);
    expect(others).toHaveLength(1);
  });

  it('is connected though nobody asks anything', async () => {
    const clock = manualClock();
    const { reader, cloud } = newReader({ cloud: serving(1, flagOf('greeting')), clock });
    const told: FlagChanges[] = [];
    reader.watch((changes) => told.push(changes));
    await turn();
    expect(cloud.count()).toBe(0);
    clock.advance(1_000);
    await eventually(() => {
      clock.advance(100);
      expect(told).toEqual([{ keys: ['greeting'], isListChanged: true }]);
    });
  });
});

/** What Whetstone serves, to a client that has asked for the list of resources, and the notices that reached it. */
async function served(era: Era) {
  const parts = await watched();
  const ctx = {
    flags: parts.reader,
    recording: noRecording,
    models: noModels,
    docs: noDocs,
    feedback: noFeedback,
    evals: noEvals,
    version: '1.2.3',
    server: { url: 'http://cloud.test', keySelector: 'selector1234' },
    stateDir: '/state',
  };
  const wire = connect((chosen) =>
    whetstoneServer({
      era: chosen,
      ctx,
      onListed: () => undefined,
      onBug: (error) => expect.unreachable(String(error)),
    }),
  );
  const client = await wire.opened(era);
  await client.ask('resources/list');
  const notices = () =>
    wire
      .answers()
      .filter(({ method }) => method?.startsWith('notifications/resources/'))
      .map(({ method, params: { _meta, ...params } = {} }) => ({ method: method!.split('/').at(-1), ...params }));
  /** Changes one flag, makes one and lets what comes of it go out. */
  async function change() {
    parts.server.put(later('greeting', 2));
    parts.server.put(flagOf('new'));
    await parts.knows('new', true);
    parts.clock.advance(100);
    await client.ask('resources/list');
  }
  return { ...parts, wire, client, notices, change };
}

const greeting = 'whetstone://flags/greeting';
const status = 'whetstone://status';

describe('a client of 2025-11-25', () => {
  it('is offered notices of the list and of single resources', async () => {
    const { wire } = await served('legacy');
    expect((await wire.answerTo('i')).result).toMatchObject({
      capabilities: { resources: { listChanged: true, subscribe: true } },
    });
  });

  it('hears of the list, and of nothing that it has not subscribed to', async () => {
    const { notices, change } = await served('legacy');
    await change();
    expect(notices()).toEqual([{ method: 'list_changed' }]);
  });

  it('hears of the addresses it has subscribed to, as it wrote them, until it has enough', async () => {
    const { client, notices, change, server, clock, knows } = await served('legacy');
    const written = 'whetstone://flags/%67reeting';
    for (const uri of [written, status, 'whetstone://flags/other'])
      expect((await client.ask('resources/subscribe', { uri })).result).toEqual({});
    await change();
    const updates = notices().filter(({ method }) => method === 'updated');
    expect(updates).toEqual([
      { method: 'updated', uri: status },
      { method: 'updated', uri: written },
    ]);

    for (const uri of [greeting, status]) await client.ask('resources/unsubscribe', { uri });
    server.put(later('greeting', 3));
    await knows('greeting', 3);
    clock.advance(100);
    await client.ask('resources/list');
    expect(notices()).toHaveLength(updates.length + 1);
  });

  it('may wait for a flag that is not there yet, not for what can never be', async () => {
    const { client, notices, change } = await served('legacy');
    await client.ask('resources/subscribe', { uri: 'whetstone://flags/new' });
    expect((await client.ask('resources/subscribe', { uri: 'whetstone://nosuch' })).error).toMatchObject({
      code: -32002,
      message: expect.stringContaining('whetstone://flags/{key}'),
    });
    await change();
    expect(notices()).toContainEqual({ method: 'updated', uri: 'whetstone://flags/new' });
  });

  it('hears nothing before it has said that it is ready', async () => {
    const { reader, server, clock, knows } = await watched();
    const ctx = {
      flags: reader,
      recording: noRecording,
      models: noModels,
      docs: noDocs,
      feedback: noFeedback,
      evals: noEvals,
      version: '1',
      server: { url: '', keySelector: '' },
      stateDir: '',
    };
    const nothing = () => undefined;
    const wire = connect((era) => whetstoneServer({ era, ctx, onListed: nothing, onBug: nothing }));
    const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '0' } };
    wire.send({ id: 1, method: 'initialize', params });
    await wire.answerTo(1);
    server.put(flagOf('new'));
    await knows('new', true);
    clock.advance(100);
    wire.send({ id: 2, method: 'ping' });
    await wire.answerTo(2);
    expect(wire.answers().map(({ id }) => id)).toEqual([1, 2]);
  });
});

describe('a client of 2026-07-28', () => {
  const listen = (notifications: object) => ({ notifications });

  it('hears nothing that it has not asked for', async () => {
    const { notices, change } = await served('modern');
    await change();
    expect(notices()).toEqual([]);
  });

  it('hears what its filter lets through, in the name of its subscription, until it calls that off', async () => {
    const { client, wire, notices, change, server, clock, knows } = await served('modern');
    const filter = { resourcesListChanged: true, resourceSubscriptions: [greeting] };
    const id = client.start('subscriptions/listen', listen(filter));
    await eventually(() =>
      expect(wire.answers()).toContainEqual(
        expect.objectContaining({
          method: 'notifications/subscriptions/acknowledged',
          params: expect.objectContaining({ notifications: filter }),
        }),
      ),
    );
    await change();
    expect(notices()).toEqual([{ method: 'list_changed' }, { method: 'updated', uri: greeting }]);
    const [notice] = wire.answers().filter(({ method }) => method === 'notifications/resources/list_changed');
    expect(notice?.params?.['_meta']).toEqual({ 'io.modelcontextprotocol/subscriptionId': id });

    wire.send({ method: 'notifications/cancelled', params: { requestId: id } });
    server.archive('other');
    await knows('other', false);
    clock.advance(100);
    await client.ask('resources/list');
    expect(notices()).toHaveLength(2);
  });
});
