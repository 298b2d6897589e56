import { TransportError, type Transport } from '../../src/offline/transport/transport.ts';
import { mkdirSync, readFileSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openOutbox } from '../../src/offline/outbox/outbox.ts';
import { noFailures } from '../../src/offline/outbox/drain-segment.ts';
import { inspectOutbox } from '../../src/offline/outbox/inspect.ts';
import { listParked } from '../../src/offline/outbox/parked.ts';
import { acksName, segmentsOf } from '../../src/offline/outbox/segment-name.ts';
import { takeSenderLock } from '../../src/offline/outbox/sender-lock.ts';
import { workOnOutbox } from '../../src/offline/outbox/work.ts';
import { readConfig } from '../../src/config.ts';
import { formatApiKey } from '@whetstone/shared/keys';
import { drainOnce, newDirectory, newOutbox, problem, receivingCloud } from '../support/outbox.ts';
import { manualClock } from '../support/manual-clock.ts';
import { plantedSecrets } from '../support/planted-secrets.ts';
import { secretsFoundBySecretlint } from '../support/secretlint.ts';

const dead: Transport = () =>
  Promise.reject(Object.assign(new TypeError('fetch failed'), { cause: { code: 'ECONNREFUSED' } }));

const filesUnder = (directory: string): string[] =>
  readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    const path = join(directory, entry.name);
    return entry.isDirectory() ? filesUnder(path) : [path];
  });

/** All its counts, held to what must always be true of them. */
async function ledgerOf(directory: string) {
  const { pending, parked, delivered, accepted, unreadable, refused } = await inspectOutbox(directory);
  expect(accepted).toBe(pending + parked + delivered + unreadable);
  return { pending, parked, delivered, unreadable, refused };
}

/** As if its writer had been gone for a while. */
function age(directory: string) {
  for (const { file } of segmentsOf(readdirSync(directory))) utimesSync(join(directory, file), 1, 1);
}

describe('an accepted record', () => {
  it('lies on disk for its owner alone, and reaches the cloud under its id', async () => {
    const { record, directory } = newOutbox();
    const outcome = await record({ n: 1 });
    expect(outcome).toEqual({ accepted: true, id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-7/) });
    for (const file of filesUnder(directory)) expect(statSync(file).mode & 0o077).toBe(0);
    expect(statSync(directory).mode & 0o077).toBe(0);
    const cloud = receivingCloud();
    await drainOnce(directory, cloud.transport);
    expect([...cloud.applied]).toEqual([[outcome.accepted && outcome.id, { n: 1 }]]);
    expect(await ledgerOf(directory)).toMatchObject({ pending: 0, delivered: 1 });
  });

  it('goes to the address of its operation, with the key', async () => {
    const { record, directory } = newOutbox();
    await record({ n: 1 });
    let seen: Parameters<Transport> | undefined;
    await drainOnce(directory, async (url, init) => {
      seen = [url, init];
      return Response.json({ accepted: 1 });
    });
    expect(seen?.[0]).toBe('http://cloud.test/api/flags/exposures');
    expect(seen?.[1]).toMatchObject({ method: 'POST' });
    expect(new Headers(seen?.[1]?.headers).get('authorization')).toBe('Bearer wsk_selector1234_secret');
  });

  it('keeps its place among those of its process, over many segments', async () => {
    const { record, directory } = newOutbox();
    await Promise.all(Array.from({ length: 900 }, (_, n) => record(n)));
    const cloud = receivingCloud();
    await drainOnce(directory, cloud.transport);
    expect(cloud.order).toEqual(Array.from({ length: 900 }, (_, n) => n));
  });

  it('survives a cloud that is away, and is sent once it is back', async () => {
    const { record, directory } = newOutbox();
    for (const n of [1, 2, 3]) await record(n);
    expect(await drainOnce(directory, dead)).toMatchObject({ delivered: 0, block: { kind: 'later' } });
    expect(await ledgerOf(directory)).toMatchObject({ pending: 3 });
    const cloud = receivingCloud();
    expect(await drainOnce(directory, cloud.transport)).toEqual({
      delivered: 3,
      parked: 0,
      unreadable: 0,
      block: undefined,
    });
    expect(cloud.order).toEqual([1, 2, 3]);
  });

  it('is sent again when it is not known to have arrived, and applied once', async () => {
    const { record, directory } = newOutbox();
    for (const n of [1, 2, 3]) await record(n);
    const cloud = receivingCloud();
    await drainOnce(directory, cloud.transport);
    for (const { file } of segmentsOf(readdirSync(directory))) rmSync(join(directory, acksName(file)));
    await drainOnce(directory, cloud.transport);
    expect(cloud.applied.size).toBe(3);
    expect(await ledgerOf(directory)).toMatchObject({ pending: 0, delivered: 3 });
  });

  it('is gone from the disk when it and all beside it have been delivered', async () => {
    const { record, outbox, directory } = newOutbox();
    await record(1);
    await outbox.close();
    await drainOnce(directory, receivingCloud().transport);
    expect(segmentsOf(readdirSync(directory))).toEqual([]);
    expect(await ledgerOf(directory)).toMatchObject({ delivered: 1 });
  });

  it('is not lost when its writer writes on into a segment that was taken from it', async () => {
    const { record, directory } = newOutbox();
    const cloud = receivingCloud();
    for (let n = 0; n < 20; n++) {
      const writing = [record(2 * n), record(2 * n + 1)];
      if (n > 0) age(directory);
      await Promise.all([...writing, drainOnce(directory, cloud.transport)]);
      age(directory);
      await drainOnce(directory, cloud.transport);
    }
    expect(cloud.order.toSorted((a, b) => Number(a) - Number(b))).toEqual(Array.from({ length: 40 }, (_, n) => n));
    expect(await ledgerOf(directory)).toMatchObject({ pending: 0 });
  });
});

describe('a record that the cloud refuses', () => {
  const picky = () =>
    receivingCloud((body) =>
      body === 2 ? problem(400, 'invalid', 'two is too many') : Response.json({ accepted: 1 }),
    );

  it('is set aside with the reason, and the next go on', async () => {
    const { record, directory } = newOutbox();
    for (const n of [1, 2, 3]) await record(n);
    const cloud = picky();
    await drainOnce(directory, cloud.transport);
    expect(cloud.order).toEqual([1, 3]);
    expect(await listParked(directory)).toMatchObject([{ body: 2, reason: 'HTTP 400 invalid: two is too many' }]);
    expect(await ledgerOf(directory)).toMatchObject({ pending: 0, parked: 1, delivered: 2 });
  });

  it('is sent again, under its id, when a person says so', async () => {
    const stateDir = newDirectory();
    const apiKey = formatApiKey({ selector: 'AAAAbbbb1111', secret: 's'.repeat(32) });
    const env = { WHETSTONE_URL: 'http://cloud.test', WHETSTONE_API_KEY: apiKey, WHETSTONE_STATE_DIR: stateDir };
    const config = readConfig(env, { platform: 'linux', homeDir: '/' });
    let cloud = picky();
    const work = workOnOutbox(config, { transport: (...args) => cloud.transport(...args) });
    if ('obstacle' in work) throw new Error(work.obstacle);
    const { record, outbox } = newOutbox(work.directory);
    const accepted = await record(2);
    await outbox.close();
    expect(await work.drainNow()).toMatchObject({ parked: 1 });
    cloud = receivingCloud();
    await work.retry(await work.parked());
    expect(await ledgerOf(work.directory)).toMatchObject({ pending: 1, parked: 0 });
    expect(await work.drainNow()).toMatchObject({ delivered: 1 });
    expect([...cloud.applied]).toEqual([[accepted.accepted && accepted.id, 2]]);
    expect(await ledgerOf(work.directory)).toEqual({ pending: 0, parked: 0, delivered: 1, unreadable: 0, refused: 0 });
  });

  it.each([
    ['answers 500', () => new Response('oops', { status: 500 })],
    [
      'cuts the connection',
      () => {
        throw new TransportError('ECONNRESET');
      },
    ],
  ])('may be one at which the cloud %s for a while, but not for ever', async (_how, fail) => {
    const { record, directory } = newOutbox();
    for (const n of [1, 2, 3]) await record(n);
    const cloud = receivingCloud((body) => (body === 2 ? fail() : Response.json({ accepted: 1 })));
    const failures = noFailures();
    for (let attempt = 1; attempt < 10; attempt++) {
      expect(await drainOnce(directory, cloud.transport, { failures })).toMatchObject({ block: { onlyThis: true } });
    }
    await drainOnce(directory, cloud.transport, { failures });
    expect(cloud.order).toEqual([1, 3]);
    expect(await listParked(directory)).toMatchObject([
      { body: 2, reason: expect.stringContaining('failed 10 times') },
    ]);
  });

  it('is one, not all of them, when it is the cloud that is broken', async () => {
    const { record, directory } = newOutbox();
    for (const n of [1, 2, 3]) await record(n);
    const failures = noFailures();
    for (let attempt = 0; attempt < 100; attempt++) {
      await drainOnce(directory, async () => new Response('oops', { status: 500 }), { failures });
    }
    expect(await ledgerOf(directory)).toMatchObject({ pending: 2, parked: 1 });
  });

  it.each([401, 403])('for its key (%i) stays, as do the others', async (status) => {
    const { record, directory } = newOutbox();
    for (const n of [1, 2]) await record(n);
    const cloud = receivingCloud(() => problem(status, 'forbidden'));
    expect(await drainOnce(directory, cloud.transport)).toMatchObject({ block: { kind: 'stopped' }, parked: 0 });
    expect(await ledgerOf(directory)).toMatchObject({ pending: 2 });
  });

  it('cannot be told from one that was applied long ago, so it is not sent after 60 days', async () => {
    const { record, directory } = newOutbox();
    await record(1);
    const cloud = receivingCloud();
    await drainOnce(directory, cloud.transport, { nowMs: () => Date.now() + 61 * 86_400_000 });
    expect(cloud.applied.size).toBe(0);
    expect(await listParked(directory)).toMatchObject([{ body: 1, reason: expect.stringContaining('60 days') }]);
  });
});

describe('a disk', () => {
  it('that damaged a record keeps its bytes, and the others are sent', async () => {
    const { record, outbox, directory } = newOutbox();
    for (const n of [1, 2, 3]) await record({ n });
    await outbox.close();
    const [segment] = segmentsOf(readdirSync(directory));
    const path = join(directory, segment!.file);
    writeFileSync(path, readFileSync(path, 'latin1').replace('{"n":2}', '{"n":9}'), 'latin1');
    const cloud = receivingCloud();
    expect(await drainOnce(directory, cloud.transport)).toMatchObject({ delivered: 2, unreadable: 1 });
    expect(cloud.order).toEqual([{ n: 1 }, { n: 3 }]);
    expect(readdirSync(join(directory, 'unreadable'))).toHaveLength(1);
    expect(await ledgerOf(directory)).toMatchObject({ delivered: 2, unreadable: 1, pending: 0 });
  });

  it('that holds the outbox of a killed process gives up what that had accepted', async () => {
    const { record, directory } = newOutbox();
    for (const n of [1, 2]) await record(n);
    const [segment] = segmentsOf(readdirSync(directory));
    writeFileSync(join(directory, segment!.file), '\u001e0badcafe {"id":"half', { flag: 'a' });
    age(directory);
    const cloud = receivingCloud();
    await drainOnce(directory, cloud.transport);
    expect(cloud.order).toEqual([1, 2]);
    expect(segmentsOf(readdirSync(directory))).toEqual([]);
    expect(await ledgerOf(directory)).toEqual({ pending: 0, parked: 0, delivered: 2, unreadable: 0, refused: 0 });
  });

  it('that holds a file which cannot be read sends all others, and names it', async () => {
    const { record, outbox, directory } = newOutbox();
    mkdirSync(join(directory, '000000000-1-aa-000000.open'), { recursive: true });
    await record(1);
    await outbox.close();
    const cloud = receivingCloud();
    expect(await drainOnce(directory, cloud.transport)).toMatchObject({
      delivered: 1,
      block: {
        kind: 'later',
        reason: expect.stringMatching(/000000000-1-aa-000000.open cannot be worked on \(EISDIR\)/),
      },
    });
    expect(cloud.order).toEqual([1]);
  });

  it('that lost the ledger loses counts, never records', async () => {
    const { record, directory } = newOutbox();
    await record(1);
    writeFileSync(join(directory, 'ledger.json'), '{"accepted":');
    expect((await inspectOutbox(directory)).problems).toEqual([expect.stringContaining('ledger.json is damaged')]);
    const cloud = receivingCloud();
    await drainOnce(directory, cloud.transport);
    expect(cloud.order).toEqual([1]);
  });

  it('that has a file where the outbox should be makes it refuse with the fix', async () => {
    const directory = newDirectory();
    writeFileSync(directory, 'in the way');
    expect(await newOutbox(directory).record(1)).toEqual({
      accepted: false,
      reason: expect.stringContaining('WHETSTONE_STATE_DIR'),
    });
    expect(await inspectOutbox(directory)).toMatchObject({ pending: 0 });
  });
});

describe('a full outbox', () => {
  it('refuses the 10,001st record of all processes together, says what to do, and takes it when there is room', async () => {
    const clock = manualClock(Date.now());
    const one = newOutbox(newDirectory(), { clock });
    const two = newOutbox(one.directory, { clock });
    await two.record('first');
    const outcomes = await Promise.all(Array.from({ length: 10_500 }, (_, n) => one.record(n)));
    // Exactly, as long as one process writes; another's count of what waits may be a moment old.
    expect(outcomes.filter(({ accepted }) => accepted).length).toBe(9_999);
    clock.advance(1000);
    expect(await two.record('late')).toEqual({
      accepted: false,
      reason: expect.stringMatching(/full \(10,000 records wait\).*whetstone-mcp outbox drain/),
    });
    expect(await ledgerOf(one.directory)).toMatchObject({ pending: 10_000, refused: 502 });
    await drainOnce(one.directory, receivingCloud().transport);
    expect(await two.record('now')).toMatchObject({ accepted: true });
  }, 30_000);

  it('refuses what would make more than 50 MB', async () => {
    const { record } = newOutbox();
    const text = 'word '.repeat(200_000);
    const outcomes = [];
    for (let n = 0; n < 56; n++) outcomes.push(await record({ n, text }));
    expect(outcomes.findIndex(({ accepted }) => !accepted)).toBe(52);
    expect(outcomes[52]).toMatchObject({ reason: expect.stringContaining('full (50 MB wait)') });
  }, 30_000);

  it('refuses a record that the cloud would not take', async () => {
    expect(await newOutbox().record('x '.repeat(530_000))).toMatchObject({
      accepted: false,
      reason: expect.stringContaining('1 MiB'),
    });
  });
});

it('is not refused by a disk that takes it in the end: offered again, it would count twice', async () => {
  const clock = manualClock();
  let write = () => {};
  const outbox = openOutbox({
    directory: newDirectory(),
    writer: {
      write: () => new Promise<void>((written) => (write = written)),
      writeNow: () => undefined,
      seal: async () => undefined,
    },
    usage: () => ({ records: 0, bytes: 0 }),
    redact: (body) => body,
    newId: () => 'id',
    clock,
    onAppended: () => undefined,
  });
  const outcome = outbox.append({ operation: 'recordExposures', body: 1 });
  clock.advance(60_000);
  write();
  expect(await outcome).toEqual({ accepted: true, id: 'id' });
});

describe('1,000 planted secrets', () => {
  it('reach neither the disk nor the wire', async () => {
    const planted = plantedSecrets(1_000, 7);
    const { record, outbox, directory } = newOutbox();
    await Promise.all(planted.map(({ text }) => record({ patch: text, nested: [{ [text.slice(0, 200)]: 1 }] })));
    await outbox.close();
    const onDisk = filesUnder(directory)
      .map((file) => readFileSync(file, 'utf8'))
      .join('\n');
    const cloud = receivingCloud();
    await drainOnce(directory, cloud.transport);
    const onWire = JSON.stringify([...cloud.applied.values()]);
    expect(cloud.applied.size).toBe(1_000);
    expect(planted.filter(({ secret }) => onDisk.includes(secret) || onWire.includes(secret))).toEqual([]);
    expect(await secretsFoundBySecretlint(onDisk.replaceAll('[redacted:', '['))).toEqual([]);
  });
});

describe('the right to send', () => {
  it('is one process’s at a time, and a dead one’s nobody’s', () => {
    const directory = newDirectory();
    const first = takeSenderLock(directory);
    expect(takeSenderLock(directory)).toEqual({ kind: 'busy', pid: process.pid });
    if (first.kind === 'held') first.release();
    const second = takeSenderLock(directory);
    expect(second).toMatchObject({ kind: 'held' });
    if (second.kind === 'held') second.release();
  });

  it('does not stay with a thread that is gone, though its process lives', () => {
    const directory = newDirectory();
    const gone = takeSenderLock(directory);
    const [owner = ''] = readdirSync(join(directory, 'sender'));
    const halfAMinuteAgo = Date.now() / 1_000 - 31;
    utimesSync(join(directory, 'sender', owner), halfAMinuteAgo, halfAMinuteAgo);
    const next = takeSenderLock(directory);
    expect(next).toMatchObject({ kind: 'held' });
    for (const lock of [gone, next]) if (lock.kind === 'held') lock.release();
  });

  it('does not go to a later process that has the number of a dead one', () => {
    const directory = newDirectory();
    const held = takeSenderLock(directory);
    if (held.kind !== 'held') throw new Error('it is free');
    const lock = join(directory, 'sender');
    const [owner = ''] = readdirSync(lock);
    held.release();
    const [pid, , place] = owner.split('.');
    const taken = takeSenderLock(directory);
    if (taken.kind !== 'held') throw new Error('it is free');
    rmSync(join(lock, readdirSync(lock)[0]!));
    writeFileSync(join(lock, [pid, '1', place, 'earlier'].join('.')), '');
    expect(takeSenderLock(directory)).toMatchObject({ kind: process.platform === 'linux' ? 'held' : 'busy' });
  });
});
