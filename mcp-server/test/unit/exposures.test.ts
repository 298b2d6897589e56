import { describe, expect, it, vi } from 'vitest';
import { exposureLog } from '../../src/offline/exposures.ts';
import type { Acceptance, Recording } from '../../src/offline/outbox/outbox.ts';
import { manualClock } from '../support/manual-clock.ts';
import { newReader } from '../support/reader.ts';
import { faults, flagOf, serving } from '../support/scripted-cloud.ts';

interface Entry {
  flag: string;
  unit?: string;
  userId?: string;
  count: number;
  firstAt: string;
  lastAt: string;
}

function newLog({ accepts = true } = {}) {
  const clock = manualClock();
  const outbox = { accepts, records: [] as Entry[][], atOnce: [] as Entry[][] };
  const entriesOf = ({ body }: Recording) => (body as { exposures: Entry[] }).exposures;
  const atExit = new Set<() => void>();
  const log = exposureLog({
    clock,
    outbox: {
      async append(recording): Promise<Acceptance> {
        if (!outbox.accepts) return { accepted: false, reason: 'The outbox is full.' };
        outbox.records.push(entriesOf(recording));
        return { accepted: true, id: 'id' };
      },
      appendNow: (recordings) => void outbox.atOnce.push(...recordings.map(entriesOf)),
    },
    atExit(run) {
      atExit.add(run);
      return () => void atExit.delete(run);
    },
  });
  const expose = (unit: string, key = 'greeting') =>
    log.expose({ key, variant: 'on', reason: 'SPLIT', flagVersion: 3 }, { userId: unit, repoId: 'acme/api' }, unit);
  return { log, clock, outbox, expose, exit: () => atExit.forEach((run) => run()) };
}

const eventually = (check: () => void) => vi.waitFor(check, { interval: 2 });

describe('exposures', () => {
  it('of the same kind are one, counted, and go together a second after the first', async () => {
    const { clock, outbox, expose } = newLog();
    for (let n = 0; n < 3; n++) expose('kim');
    clock.advance(500);
    expose('lee');
    expose('kim');
    clock.advance(499);
    expect(outbox.records).toEqual([]);
    clock.advance(1);
    await eventually(() => expect(outbox.records).toHaveLength(1));
    const same = { flag: 'greeting', variant: 'on', flagVersion: 3, reason: 'SPLIT', repoId: 'acme/api' };
    const at = (ms: number) => new Date(Date.parse('2026-03-01T09:00:00Z') + ms).toISOString();
    expect(outbox.records[0]).toEqual([
      { ...same, unit: 'kim', userId: 'kim', count: 4, firstAt: at(0), lastAt: at(500) },
      { ...same, unit: 'lee', userId: 'lee', count: 1, firstAt: at(500), lastAt: at(500) },
    ]);
  });

  it('go in records of at most 500', async () => {
    const { log, outbox, expose } = newLog();
    for (let n = 0; n < 1_200; n++) expose(`user-${n}`);
    await log.flush();
    expect(outbox.records.map(({ length }) => length)).toEqual([500, 500, 200]);
  });

  it('are written at once when the process ends, and once', async () => {
    const { log, outbox, expose, exit } = newLog();
    expose('kim');
    exit();
    expect(outbox.atOnce).toMatchObject([[{ unit: 'kim' }]]);
    await log.flush();
    exit();
    expect(outbox.records).toEqual([]);
    expect(outbox.atOnce).toHaveLength(1);
  });

  it('are counted on while the outbox takes none, and go when it does', async () => {
    const { log, clock, outbox, expose } = newLog({ accepts: false });
    expose('kim');
    await log.flush();
    expose('kim');
    expect(log.status()).toEqual({ waiting: 1, coarse: 0, problem: 'The outbox is full.' });
    outbox.accepts = true;
    clock.advance(10_000);
    await eventually(() => expect(outbox.records).toMatchObject([[{ unit: 'kim', count: 2 }]]));
    expect(log.status()).toMatchObject({ waiting: 0, problem: undefined });
  });

  it('beyond 2,000 kinds no longer say whom, but are all counted', async () => {
    const { log, outbox, expose } = newLog();
    for (let n = 0; n < 5_000; n++) expose(`user-${n}`, n % 2 ? 'greeting' : 'model');
    expect(log.status()).toMatchObject({ waiting: 2_002, coarse: 3_000 });
    await log.flush();
    const entries = outbox.records.flat();
    expect(entries.reduce((total, { count }) => total + count, 0)).toBe(5_000);
    expect(entries.filter(({ unit, userId }) => unit === undefined && userId === undefined)).toHaveLength(2);
  });
});

it('do not grow without bound while the outbox takes none', async () => {
  const { log, expose } = newLog({ accepts: false });
  for (let round = 0; round < 5; round++) {
    for (let n = 0; n < 3_000; n++) expose(`user-${round}-${n}`);
    const flushed = log.flush();
    for (let n = 0; n < 3_000; n++) expose(`other-${round}-${n}`);
    await flushed;
  }
  expect(log.status().waiting).toBeLessThanOrEqual(2_001);
});

it('keeps to what the cloud takes, whatever callers and clocks do', async () => {
  const { log, clock, outbox } = newLog();
  const served = { key: 'greeting', variant: 'on', reason: 'STATIC' } as const;
  const context = { userId: 'u'.repeat(5_000), model: 'm'.repeat(5_000), agent: 7 as unknown as string };
  log.expose(served, context, context.userId);
  clock.setWall(Date.parse('2026-02-28T09:00:00Z'));
  log.expose(served, context, context.userId);
  await log.flush();
  const [entry] = outbox.records[0]!;
  expect(entry).toMatchObject({ count: 2, firstAt: '2026-02-28T09:00:00.000Z', lastAt: '2026-03-01T09:00:00.000Z' });
  expect(entry).toMatchObject({ unit: expect.stringMatching(/^anon-/), model: 'm'.repeat(1_024), agent: undefined });
});

it('keeps to what the cloud takes in one request, however long the texts', async () => {
  const { log, outbox } = newLog();
  const text = '\u5b57'.repeat(1_000);
  for (let n = 0; n < 300; n++) {
    const context = { userId: `${n}${text}`, repoId: text, model: text, agent: text };
    log.expose({ key: 'greeting', variant: 'on', reason: 'STATIC' }, context, context.userId);
  }
  await log.flush();
  const sizes = outbox.records.map((exposures) => Buffer.byteLength(JSON.stringify({ exposures })));
  expect(outbox.records.flat()).toHaveLength(300);
  expect(Math.max(...sizes)).toBeLessThan(1024 * 1024);
});

it('keeps to what the cloud can hold: no half of a pair, no NUL, no marker that makes a text too long', async () => {
  const { log, outbox } = newLog();
  const context = {
    userId: 'kim\0',
    repoId: 'acme/\ud83d',
    model: `${'m'.repeat(1_023)}\u{1f600}`,
    agent: 'a\0b',
    taskType: `${['a', 'b.co'].join('@')} `.repeat(140),
  };
  log.expose({ key: 'greeting', variant: 'on', reason: 'STATIC' }, context, context.userId);
  await log.flush();
  const [entry] = outbox.records[0]!;
  expect(entry).toMatchObject({
    unit: expect.stringMatching(/^anon-/),
    userId: expect.stringMatching(/^anon-/),
    repoId: expect.stringMatching(/^anon-/),
    model: `${'m'.repeat(1_023)}\ufffd`,
    agent: 'a\ufffdb',
    taskType: expect.stringMatching(/^(\[redacted:email\] )+/),
  });
  for (const value of Object.values(entry!)) expect(String(value).length).toBeLessThanOrEqual(1_024);
});

describe('an answer', () => {
  const split = {
    ...flagOf('greeting'),
    fallthrough: { split: [{ variant: 'on', weight: 1 }], by: 'repoId' },
  };

  it('is an exposure of the unit that decided', async () => {
    const expose = vi.fn();
    const { reader } = newReader({ cloud: serving(1, split), expose });
    await reader.answer('greeting', { userId: 'kim', repoId: 'acme/api' });
    expect(expose).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ key: 'greeting', variant: 'on', reason: 'SPLIT' }),
      { userId: 'kim', repoId: 'acme/api' },
      'acme/api',
    );
  });

  it('is an exposure of the user where no split decided', async () => {
    const expose = vi.fn();
    const { reader } = newReader({ cloud: serving(1, flagOf('greeting')), expose });
    await reader.answer('greeting', { targetingKey: 'kim' });
    expect(expose.mock.calls).toEqual([[expect.anything(), expect.anything(), 'kim']]);
  });

  it('that is a default is none', async () => {
    const expose = vi.fn();
    const { reader } = newReader({ cloud: serving(1, flagOf('greeting', 'text')), expose });
    await reader.answer('nosuch', {});
    await reader.answer('greeting', {}, { default: 5 });
    await newReader({ cloud: faults[0]!.reply, expose }).reader.answer('greeting', {});
    expect(expose).not.toHaveBeenCalled();
  });
});
