import { describe, expect, it, vi } from 'vitest';
import { deliverInBackground } from '../../src/offline/outbox/delivery.ts';
import type { Block } from '../../src/offline/outbox/drain-segment.ts';
import { manualClock } from '../support/manual-clock.ts';

const away: Block = { kind: 'later', reason: 'away', onlyThis: false };

function newDelivery({ isFree = (): boolean => true, endless = false } = {}) {
  const clock = manualClock();
  const seen = {
    attempts: 0,
    outcomes: [] as (Block | undefined)[],
    block: undefined as Block | undefined,
    released: 0,
  };
  const delivery = deliverInBackground({
    hasWork: () => true,
    takeLock: () => (isFree() ? { kind: 'held', release: () => void seen.released++ } : { kind: 'busy', pid: 1 }),
    async drain(signal) {
      seen.attempts += 1;
      if (endless) await new Promise((done) => signal.addEventListener('abort', done, { once: true }));
      return { delivered: 0, parked: 0, unreadable: 0, block: seen.block };
    },
    onOutcome: (block) => seen.outcomes.push(block),
    firstDelayMs: 50,
    clock,
    random: () => 0.5,
  });
  /** Lets what has begun come to its end. */
  const settled = () => new Promise((resolve) => setImmediate(resolve));
  const pass = async (ms: number) => {
    clock.advance(ms);
    await settled();
  };
  return { delivery, clock, seen, pass };
}

describe('what waits', () => {
  it('is sent shortly after it was recorded, once for many', async () => {
    const { delivery, seen, pass } = newDelivery();
    for (let n = 0; n < 5; n++) delivery.wake();
    await pass(49);
    expect(seen.attempts).toBe(0);
    await pass(1);
    expect(seen).toMatchObject({ attempts: 1, released: 1, outcomes: [undefined] });
  });

  it('is tried at growing distances while the cloud is away, and new records change nothing about that', async () => {
    const { delivery, seen, pass } = newDelivery();
    seen.block = away;
    delivery.wake();
    await pass(50);
    for (const [pauseMs, attempts] of [
      [1_500, 2],
      [2_500, 3],
      [4_500, 4],
    ] as const) {
      delivery.wake();
      await pass(pauseMs - 1);
      expect(seen.attempts).toBe(attempts - 1);
      await pass(1);
      expect(seen.attempts).toBe(attempts);
    }
    expect(seen.outcomes).toEqual([away, away, away, away]);
    seen.block = undefined;
    await pass(30_000);
    delivery.wake();
    await pass(50);
    expect(seen.outcomes.slice(-2)).toEqual([undefined, undefined]);
  });

  it('waits as long as the cloud asks for', async () => {
    const { delivery, seen, pass } = newDelivery();
    seen.block = { ...away, retryAfterMs: 60_000 };
    delivery.wake();
    await pass(50);
    await pass(59_999);
    expect(seen.attempts).toBe(1);
    await pass(1);
    expect(seen.attempts).toBe(2);
  });

  it('waits for a person when the key is refused, and looks again after five minutes', async () => {
    const { delivery, seen, pass } = newDelivery();
    seen.block = { kind: 'stopped', reason: 'refused' };
    delivery.wake();
    await pass(50);
    await pass(299_999);
    expect(seen.attempts).toBe(1);
    await pass(1);
    expect(seen.attempts).toBe(2);
  });

  it('is left to the process that is sending, until that one is gone', async () => {
    let isFree = false;
    const { delivery, seen, pass } = newDelivery({ isFree: () => isFree });
    delivery.wake();
    await pass(50);
    await pass(1_000);
    expect(seen.attempts).toBe(0);
    isFree = true;
    await pass(1_000);
    expect(seen.attempts).toBe(1);
  });

  it('of processes that died is found within a minute', async () => {
    const { delivery, seen, pass } = newDelivery();
    delivery.wake();
    await pass(50);
    await pass(60_000);
    expect(seen.attempts).toBe(2);
  });

  it('is tried a last time at the end, but not for longer than there is time', async () => {
    const { delivery, clock, seen } = newDelivery({ endless: true });
    delivery.wake();
    const closed = delivery.close(60);
    await vi.waitFor(() => expect(seen.attempts).toBe(1));
    clock.advance(60);
    await closed;
    expect(seen).toMatchObject({ released: 1, outcomes: [] });
    delivery.wake();
    clock.advance(100_000);
    expect(seen.attempts).toBe(1);
  });
});
