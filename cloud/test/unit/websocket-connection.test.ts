import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WhetstoneError } from '@whetstone/shared/errors';
import { WebSocket, WebSocketServer } from 'ws';
import { afterEach, expect, it, vi } from 'vitest';
import { webSocketConnection, type SocketSink } from '../../src/http/websocket-connection.ts';

const cleanUps: (() => void)[] = [];
afterEach(() => cleanUps.splice(0).forEach((each) => each()));
const eventually = (check: () => unknown) => vi.waitFor(check, { timeout: 10_000, interval: 5 });

/** A real pair of ends, with the server's in the hands of the test. */
async function connected({
  isStillAllowed = () => {},
  autoPong = true,
  heartbeatEveryMs = 20,
  farewellMs = 5_000,
}: {
  isStillAllowed?: () => void | Promise<void>;
  autoPong?: boolean;
  heartbeatEveryMs?: number;
  farewellMs?: number;
} = {}) {
  const http = createServer().listen(0, '127.0.0.1');
  const server = new WebSocketServer({ server: http });
  await new Promise((listening) => http.once('listening', listening));
  const seen = { resumed: 0, closed: 0, slow: 0, gone: 0 };
  let waitingBytes = () => 0;
  const accepted = new Promise<{ sink: SocketSink; stop: () => void }>((resolve) =>
    server.on('connection', (socket, request) => {
      let sink: SocketSink | undefined;
      const stop = webSocketConnection(socket, {
        isStillAllowed,
        start: (given) => {
          sink = given;
          return { resume: () => void (seen.resumed += 1), close: () => void (seen.closed += 1) };
        },
        onSlow: () => void (seen.slow += 1),
        bytesTaken: () => request.socket.bytesWritten,
        heartbeatEveryMs,
        farewellMs,
      });
      socket.on('close', () => (seen.gone += 1));
      waitingBytes = () => socket.bufferedAmount;
      resolve({ sink: sink!, stop });
    }),
  );
  const client = new WebSocket(`ws://127.0.0.1:${(http.address() as AddressInfo).port}`, { autoPong });
  const messages: string[] = [];
  let pings = 0;
  client.on('message', (data: Buffer) => messages.push(data.toString()));
  client.on('ping', () => (pings += 1));
  const closed = new Promise<number>((resolve) => client.on('close', resolve));
  const opened = new Promise((resolve) => client.on('open', resolve));
  let reason = '';
  client.on('close', (_code, said: Buffer) => (reason = said.toString()));
  cleanUps.push(() => {
    client.terminate();
    server.close();
    http.closeAllConnections();
    http.close();
  });
  const more = { pings: () => pings, reason: () => reason, waitingBytes: () => waitingBytes() };
  await opened;
  return { ...(await accepted), client, messages, closed, seen, ...more };
}

it('keeps who answers pings, and drops who does not', async () => {
  const alive = await connected();
  await eventually(() => expect(alive.pings()).toBeGreaterThan(2));
  expect(alive.client.readyState).toBe(WebSocket.OPEN);
  const dead = await connected({ autoPong: false, heartbeatEveryMs: 50 });
  expect(await dead.closed).toBe(1006);
  expect([dead.seen.closed, dead.seen.slow]).toEqual([1, 0]);
});

it('holds what is sent until the key was looked at, then ends in order', async () => {
  let letGo = () => {};
  const looks = () => new Promise<void>((resolve) => (letGo = resolve));
  const { sink, messages, closed, seen } = await connected({ isStillAllowed: looks, heartbeatEveryMs: 10_000 });
  for (const text of ['one', 'two']) sink.send(text);
  expect(sink.isFull()).toBe(true);
  sink.end();
  await new Promise((done) => setImmediate(done));
  expect(messages).toEqual([]);
  letGo();
  expect(await closed).toBe(1000);
  expect([messages, seen.closed]).toEqual([['one', 'two'], 1]);
});

it('sends nothing to a key that is refused, but outlasts a database that is away', async () => {
  const verdict = { error: new WhetstoneError('unavailable', 'away, for this test') };
  let asked = 0;
  const isStillAllowed = () => {
    asked += 1;
    throw verdict.error;
  };
  const { client, messages, closed } = await connected({ isStillAllowed, heartbeatEveryMs: 10_000 });
  await eventually(() => expect(asked).toBeGreaterThan(2));
  expect(client.readyState).toBe(WebSocket.OPEN);
  verdict.error = new WhetstoneError('unauthorized', 'gone, for this test');
  expect([await closed, messages]).toEqual([1008, []]);
});

it('says when what was sent has left, so that more may come', async () => {
  const { sink, messages, seen } = await connected({ heartbeatEveryMs: 10_000 });
  sink.send('x'.repeat(500_000));
  sink.send('y'.repeat(500_000));
  if (sink.isFull()) await eventually(() => expect(seen.resumed).toBe(1));
  expect(sink.isFull()).toBe(false);
  await eventually(() => expect(messages).toHaveLength(2));
});

/** Tells until the other side, which does not read, is dropped for it. */
async function tellUntilDropped({ client, sink, seen }: Awaited<ReturnType<typeof connected>>) {
  client.pause();
  let told = 0;
  while (seen.slow === 0) {
    sink.send(`${(told += 1)} ${'x'.repeat(200_000)}`);
    await new Promise((done) => setImmediate(done));
  }
  return told;
}

it('tells who was dropped for not reading why, behind what had been told, and adds nothing to what waits', async () => {
  const slow = await connected({ heartbeatEveryMs: 10_000 });
  const told = await tellUntilDropped(slow);
  const waitedBytes = slow.waitingBytes();
  expect(waitedBytes).toBeLessThan(2_000_000);
  slow.sink.send('x'.repeat(1_000_000));
  expect(slow.waitingBytes()).toBe(waitedBytes);
  slow.client.resume();
  expect([await slow.closed, slow.reason()]).toEqual([1013, expect.stringContaining('behind the last event')]);
  expect(slow.messages).toHaveLength(told);
  expect(slow.seen).toMatchObject({ slow: 1, closed: 1 });
});

it('waits a while and no longer for who never reads, and not at all once the server stops', async () => {
  const deaf = await connected({ heartbeatEveryMs: 10_000, farewellMs: 50 });
  await tellUntilDropped(deaf);
  await eventually(() => expect(deaf.seen.gone).toBe(1));
  const another = await connected({ heartbeatEveryMs: 10_000, farewellMs: 60_000 });
  await tellUntilDropped(another);
  another.stop();
  await eventually(() => expect(another.seen.gone).toBe(1));
});
