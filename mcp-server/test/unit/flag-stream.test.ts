import { describe, expect, it, vi } from 'vitest';
import { retryDelayMs } from '../../src/offline/retry-pace.ts';
import { manualClock } from '../support/manual-clock.ts';
import { newReader } from '../support/reader.ts';
import { event, eventStream, faults, flagOf, silence, streaming, type Answer } from '../support/scripted-cloud.ts';

const eventually = <T>(check: () => T | Promise<T>) => vi.waitFor(check, { interval: 2 });
/** Lets what is ready happen. */
const turn = () => new Promise((passed) => setImmediate(passed));
const off = (key: string) => ({ ...flagOf(key), enabled: false, version: 2 });

/** A reader that listens to a stream. */
async function listening({ clock = manualClock(), stateDir = undefined as string | undefined } = {}) {
  const server = streaming(1, flagOf('greeting'), flagOf('other'));
  const parts = newReader({ cloud: server.answer, clock, ...(stateDir && { stateDir }) });
  expect(await parts.reader.answer('greeting', {})).toMatchObject({ value: true, source: 'cloud', ageMs: 0 });
  return { ...parts, server };
}

describe('with a stream', () => {
  it('answers the first use by a single request', async () => {
    const { cloud } = await listening();
    expect(cloud.asked.stream).toHaveLength(1);
    expect(cloud.asked.ruleset).toHaveLength(0);
    expect(cloud.asked.stream[0]?.get('accept')).toBe('text/event-stream');
  });

  it('serves a change, a new flag and an archived one as soon as it hears of them, without being asked', async () => {
    const { reader, server, cloud, clock } = await listening();
    clock.advance(3_000);
    server.put(off('greeting'));
    await eventually(async () =>
      expect(await reader.answer('greeting', {})).toMatchObject({ enabled: false, source: 'cloud', ageMs: 0 }),
    );
    server.put(flagOf('new'));
    await eventually(async () => expect(await reader.answer('new', {})).toMatchObject({ value: true }));
    server.archive('other');
    await eventually(async () =>
      expect(await reader.answer('other', {})).toMatchObject({ errorCode: 'FLAG_NOT_FOUND' }),
    );
    expect(cloud.count()).toBe(1);
  });

  it('knows of a segment that was made, changed or removed, without another request', async () => {
    const { reader, server, cloud } = await listening();
    const when = [{ attribute: 'userId', op: 'segment', values: ['beta'] }];
    const rules = [{ id: 'group', when, serve: { variant: 'on' } }];
    const enabled = async () => (await reader.answer('grouped', { userId: 'alice' })).enabled;
    const segment = { key: 'beta', version: 1, createdAt: '2026-03-01T08:00:00Z', updatedAt: '2026-03-01T08:00:00Z' };
    server.putSegment({ ...segment, included: ['alice'] });
    server.put({ ...flagOf('grouped'), rules, fallthrough: { variant: 'off' } } as ReturnType<typeof flagOf>);
    await eventually(async () => expect(await enabled()).toBe(true));
    server.putSegment({ ...segment, version: 2, included: ['bob'] });
    await eventually(async () => expect(await enabled()).toBe(false));
    server.putSegment({ ...segment, version: 3, rules: [{ when: [{ ...when[0], op: 'in', values: ['alice'] }] }] });
    await eventually(async () => expect(await enabled()).toBe(true));
    server.removeSegment('beta');
    await eventually(async () => expect(await enabled()).toBe(false));
    expect(await reader.answer('grouped', {})).toMatchObject({ source: 'cloud' });
    expect(cloud.count()).toBe(1);
  });

  it('remembers segments over a restart without the cloud', async () => {
    const { reader, server, stateDir } = await listening();
    const when = [{ attribute: 'userId', op: 'segment', values: ['beta'] }];
    server.putSegment({ key: 'beta', version: 1, included: ['alice'] });
    server.put({
      ...flagOf('grouped'),
      rules: [{ id: 'r', when, serve: { variant: 'on' } }],
      fallthrough: { variant: 'off' },
    } as ReturnType<typeof flagOf>);
    await eventually(async () =>
      expect(await reader.answer('grouped', { userId: 'alice' })).toMatchObject({ enabled: true }),
    );
    await reader.close();
    const { reader: restarted } = newReader({ stateDir, obstacle: 'offline' });
    expect(await restarted.answer('grouped', { userId: 'alice' })).toMatchObject({ enabled: true, source: 'cache' });
    expect(await restarted.answer('grouped', { userId: 'bob' })).toMatchObject({ enabled: false, reason: 'DEFAULT' });
  });

  it('understands events that arrive in any pieces, several at once, and letters of many bytes', async () => {
    const { reader, cloud, clock } = newReader({ cloud: silence });
    const text = `${event('ruleset', { revision: 1, flags: [flagOf('a', 'grüße 👋')] }, 1)}${event('flag', { revision: 2, flag: flagOf('b') }, 2)}${event('current', { revision: 2 })}`;
    const bytes = new TextEncoder().encode(text);
    for (const size of [1, 3, 7, 1_000]) {
      cloud.answer = async () =>
        new Response(
          new ReadableStream({
            start(stream) {
              for (let at = 0; at < bytes.length; at += size) stream.enqueue(bytes.slice(at, at + size));
            },
          }),
          { headers: { 'content-type': 'text/event-stream' } },
        );
      const other = newReader({ cloud: cloud.answer, clock });
      await eventually(async () => expect(await other.reader.answer('b', {})).toMatchObject({ value: true }));
      expect(await other.reader.answer('a', {})).toMatchObject({ value: 'grüße 👋' });
    }
    await reader.close();
  });

  it('calls its answers current for as long as the heartbeat is heard, with the age since the last', async () => {
    const { reader, server, clock } = await listening();
    for (let i = 0; i < 20; i++) {
      clock.advance(5_000);
      expect(await reader.answer('greeting', {})).toMatchObject({ source: 'cloud', ageMs: 5_000 });
      server.heartbeat();
      await eventually(async () => expect(await reader.answer('greeting', {})).toMatchObject({ ageMs: 0 }));
    }
  });

  it('does not call current what the server itself cannot confirm, though it is there', async () => {
    const { reader, server, cloud, clock } = await listening();
    for (let i = 0; i < 3; i++) {
      clock.advance(5_000);
      server.send(': not confirmed at the moment\n\n');
      await turn();
    }
    expect(await reader.answer('greeting', {})).toMatchObject({
      source: 'cache',
      ageMs: 15_000,
      degradedReason: expect.stringContaining('connected but cannot confirm'),
    });
    server.heartbeat();
    await eventually(async () => expect(await reader.answer('greeting', {})).toMatchObject({ source: 'cloud' }));
    expect(cloud.count()).toBe(1);
  });

  it('tells the state of things without asking again', async () => {
    const { reader, cloud } = await listening();
    expect(await reader.status()).toMatchObject({ source: 'cloud', reachable: true, lastError: undefined });
    expect(cloud.count()).toBe(1);
  });

  it('goes on from what a past process left on disk, and is sent only what has changed', async () => {
    const past = await listening();
    await past.reader.close();
    const server = streaming(1, flagOf('greeting'), flagOf('other'));
    const { reader, cloud } = newReader({ cloud: server.answer, stateDir: past.stateDir, clock: past.clock });
    expect(await reader.answer('greeting', {})).toMatchObject({ value: true, source: 'cloud', ageMs: 0 });
    expect(cloud.asked.stream[0]?.get('last-event-id')).toBe('p1.1');
  });
});

describe('a stream that is lost', () => {
  it('is taken up again from the last event, after a pause', async () => {
    const { reader, server, cloud, clock } = await listening();
    server.put(off('greeting'));
    await eventually(async () => expect(await reader.answer('greeting', {})).toMatchObject({ enabled: false }));
    server.drop();
    await turn();
    clock.advance(999);
    expect(cloud.asked.stream).toHaveLength(1);
    clock.advance(1);
    await eventually(() => expect(cloud.asked.stream).toHaveLength(2));
    expect(cloud.asked.stream[1]?.get('last-event-id')).toBe('p1.2');
    await eventually(async () =>
      expect(await reader.answer('greeting', {})).toMatchObject({ enabled: false, source: 'cloud', ageMs: 0 }),
    );
  });

  it('when cut in the middle of an event, loses that event alone and asks for it again', async () => {
    const { reader, server, cloud, clock } = await listening();
    server.send(event('flag', { revision: 2, flag: off('greeting') }, 2).slice(0, -20));
    server.drop();
    await turn();
    expect(await reader.answer('greeting', {})).toMatchObject({ enabled: true });
    clock.advance(1_000);
    await eventually(() => expect(cloud.asked.stream[1]?.get('last-event-id')).toBe('p1.1'));
    await eventually(async () => expect(await reader.answer('greeting', {})).toMatchObject({ source: 'cloud' }));
  });

  it('is no longer current after 5 s without, and says so', async () => {
    const { reader, server, cloud, clock } = await listening();
    cloud.answer = silence;
    server.drop();
    clock.advance(5_001);
    await eventually(async () =>
      expect(await reader.answer('greeting', {})).toMatchObject({
        source: 'cache',
        ageMs: 5_001,
        degradedReason: expect.stringMatching(/last confirmed 5 s ago/),
      }),
    );
  });

  it('by a silence of 12 s is connected anew', async () => {
    const { cloud, clock, server } = await listening();
    clock.advance(11_999);
    expect(server.connected()).toBe(1);
    clock.advance(1);
    expect(server.connected()).toBe(0);
    await turn();
    clock.advance(1_000);
    await eventually(() => expect(cloud.asked.stream).toHaveLength(2));
  });

  it('unnoticed, as when the machine slept, is noticed by the next use before it answers', async () => {
    const { reader, server, cloud, clock } = await listening();
    const changed = streaming(2, off('greeting'));
    cloud.answer = changed.answer;
    // Timers and the steady clock stand still during sleep.
    clock.setWall(clock.wallMs() + 3_600_000);
    expect(server.connected()).toBe(1);
    expect(await reader.answer('greeting', {})).toMatchObject({ enabled: false, source: 'cloud' });
    expect(server.connected()).toBe(0);
  });

  it('is not called current because somebody set the clock back', async () => {
    const { reader, cloud, clock } = await listening();
    cloud.answer = silence;
    clock.setWall(clock.wallMs() - 86_400_000);
    clock.advance(13_000);
    const answer = reader.answer('greeting', {});
    clock.advance(2_000);
    expect(await answer).toMatchObject({ source: 'cache', ageMs: expect.any(Number) });
  });

  it('does not storm the server when it breaks each time after its first event', async () => {
    const breaking: Answer = async () =>
      eventStream(event('ruleset', { revision: 1, flags: [] }, 1) + event('current', { revision: 1 }));
    const { reader, cloud, clock } = newReader({ cloud: breaking, random: () => 1 });
    await reader.answer('greeting', {});
    for (let second = 0; second < 120; second++) {
      clock.advance(1_000);
      await turn();
    }
    // 2, 4, 8, 16 and then every 30 s.
    expect(cloud.count()).toBeLessThanOrEqual(8);
    expect(cloud.count()).toBeGreaterThan(4);
  });
});

describe('a stream that is not to be trusted', () => {
  it.each([
    ['is at another revision than we are', event('current', { revision: 9 })],
    ['speaks of another project', event('flag', { revision: 2, flag: off('greeting') }, 2).replace('p1.', 'p2.')],
    ['sends what is no JSON', 'event: flag\nid: p1.2\ndata: {"revision":2,"flag":\n\n'],
    ['sends a flag without a key', event('flag', { revision: 2, flag: {} }, 2)],
    ['sends a change whose name is of another revision', event('archived', { revision: 2, key: 'other' }, 3)],
    ['sends a ruleset that is none', event('ruleset', { revision: 2, flags: {} }, 2)],
  ])('because it %s is left, and all is read again', async (_case, text) => {
    const { reader, server, cloud, clock } = await listening();
    server.send(text);
    await eventually(async () =>
      expect(await reader.answer('greeting', {})).toMatchObject({
        source: 'cache',
        enabled: true,
        degradedReason: expect.stringContaining('read again'),
      }),
    );
    const healed = streaming(9, off('greeting'));
    cloud.answer = healed.answer;
    clock.advance(1_000);
    await eventually(async () =>
      expect(await reader.answer('greeting', {})).toMatchObject({ enabled: false, source: 'cloud' }),
    );
    expect(cloud.asked.stream[1]?.get('last-event-id')).toBeNull();
  });

  it('because it sends an event without end is left before it has filled the memory', async () => {
    let sent = 0;
    const endless: Answer = async () =>
      new Response(
        new ReadableStream({
          start: (stream) => stream.enqueue(new TextEncoder().encode('event: ruleset\ndata: ')),
          pull: (stream) => {
            sent += 1;
            stream.enqueue(new Uint8Array(1024 * 1024).fill(65));
          },
        }),
        { headers: { 'content-type': 'text/event-stream' } },
      );
    const { reader } = newReader({ cloud: endless });
    expect((await reader.answer('greeting', {})).degradedReason).toContain('not a ruleset');
    expect(sent).toBeLessThan(80);
  });

  it('may say things that only a newer client knows, and a change twice', async () => {
    const { reader, server, cloud } = await listening();
    server.send(event('wholly-new', { revision: 1 }, 1));
    server.put(off('greeting'));
    server.send(event('flag', { revision: 1, flag: flagOf('greeting') }, 1));
    server.heartbeat();
    await eventually(async () =>
      expect(await reader.answer('greeting', {})).toMatchObject({ enabled: false, source: 'cloud', ageMs: 0 }),
    );
    expect(cloud.count()).toBe(1);
  });
});

describe('where nothing streams', () => {
  it('through a proxy that holds the stream back, the ruleset is asked for beside it after a second', async () => {
    const { answer } = streaming(1, flagOf('greeting'));
    const heldBack: Answer = (request) => (request.path === 'stream' ? silence(request) : answer(request));
    const { reader, cloud, clock } = newReader({ cloud: heldBack });
    const first = reader.answer('greeting', {});
    await eventually(() => expect(cloud.asked.stream).toHaveLength(1));
    clock.advance(1_000);
    expect(await first).toMatchObject({ value: true, source: 'cloud' });
    clock.advance(1_000);
    await reader.answer('greeting', {});
    await eventually(() => expect(cloud.asked.ruleset).toHaveLength(2));
    expect(cloud.asked.stream).toHaveLength(1);
  });

  it('is tried again after some minutes', async () => {
    const server = streaming(1, flagOf('greeting'));
    const none: Answer = async (request) =>
      request.path === 'stream' ? new Response('', { status: 404 }) : server.answer(request);
    const { reader, cloud, clock } = newReader({ cloud: none });
    await reader.answer('greeting', {});
    cloud.answer = server.answer;
    clock.advance(299_000);
    await reader.answer('greeting', {});
    expect(cloud.asked.stream).toHaveLength(1);
    clock.advance(1_000);
    await reader.answer('greeting', {});
    await eventually(() => expect(server.connected()).toBe(1));
    server.put(off('greeting'));
    await eventually(async () => expect(await reader.answer('greeting', {})).toMatchObject({ enabled: false }));
  });
});

describe.each(faults)('a stream after which the cloud $fault', ({ reply, says }) => {
  it('leaves last-known-good, says why, and recovers', async () => {
    const { reader, server, cloud, clock } = await listening();
    cloud.answer = reply;
    server.drop();
    await eventually(async () => {
      clock.advance(1_000);
      expect(await reader.answer('greeting', {})).toMatchObject({
        value: true,
        source: 'cache',
        degradedReason: expect.stringMatching(says),
      });
    });
    const back = streaming(5, { ...flagOf('greeting', 'new'), version: 5 });
    cloud.answer = back.answer;
    await eventually(async () => {
      clock.advance(1_000);
      expect(await reader.answer('greeting', {})).toMatchObject({ value: 'new', source: 'cloud' });
    });
  });
});

it('200 clients of a cloud that was away come back spread out', () => {
  let state = 42;
  const random = () => (state = (state * 1_103_515_245 + 12_345) % 2 ** 31) / 2 ** 31;
  const outageMs = 60_000;
  const perSecond = new Map<number, number>();
  for (let client = 0; client < 200; client++) {
    let atMs = 0;
    for (let failures = 1; atMs < outageMs; failures++) {
      atMs += retryDelayMs(failures, random);
      const second = Math.floor(atMs / 1_000);
      perSecond.set(second, (perSecond.get(second) ?? 0) + 1);
    }
  }
  const returning = [...perSecond].filter(([second]) => second >= outageMs / 1_000).map(([, count]) => count);
  expect(returning.reduce((sum, count) => sum + count, 0)).toBe(200);
  // Evenly spread over the 29 s of the pause they would be 7 in each.
  expect(Math.max(...returning)).toBeLessThan(28);
});
