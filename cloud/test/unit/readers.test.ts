import { expect, it } from 'vitest';
import type { Delivery, LoggedEvent } from '../../src/platform/events/events.ts';
import { readingAfter } from '../../src/platform/events/reading.ts';
import { sharedReaders } from '../../src/platform/events/readers.ts';

const project = 'p';
const turn = () => new Promise((done) => setImmediate(done));

/** A log in memory that is read at once and whose answers wait until the test lets them go. */
function heldLog({ floor = 0, head }: { floor?: number; head: number }) {
  const log = { floor, head };
  const asked: number[] = [];
  const waiting: (() => void)[] = [];
  const readers = sharedReaders({
    read: async (_, after, limit) => {
      asked.push(after);
      const { head } = log;
      const events: LoggedEvent[] = [];
      for (let sequence = Math.max(after, log.floor) + 1; sequence <= head && events.length < limit; sequence++)
        events.push({ sequence, topic: 'flags', data: {} });
      await new Promise<void>((letGo) => waiting.push(letGo));
      return readingAfter(after, { head, events });
    },
    onError: (error) => expect.fail(String(error)),
  });
  const join = (after: number) => {
    const seen: (number | 'lost')[] = [];
    const deliver = (delivery: Delivery) =>
      void seen.push(
        ...(delivery.kind === 'lost' ? ['lost' as const] : delivery.events.map(({ sequence }) => sequence)),
      );
    return { seen, ...readers.join(project, after, deliver) };
  };
  return {
    asked,
    join,
    append() {
      log.head++;
      readers.noticed(project, log.head);
    },
    /** Answers the reading under way. */
    async answer() {
      waiting.shift()?.();
      await turn();
    },
    async answerAll() {
      while (waiting.length > 0) await this.answer();
    },
  };
}

it('hands over what happened also when it is read together with a place that is lost', async () => {
  const log = heldLog({ floor: 50, head: 100 });
  const there = log.join(100);
  await log.answerAll();
  log.append();
  // While that is read somebody comes back from before the floor, and something more happens.
  const lost = log.join(3);
  log.append();
  await log.answerAll();
  expect(lost.seen).toEqual(['lost']);
  expect(there.seen).toEqual([101, 102]);
  expect(there.isCaughtUp()).toBe(true);
});

it('is heard by who is there after one reading at most for somebody who is far behind', async () => {
  const log = heldLog({ head: 5_000 });
  const there = log.join(5_000);
  await log.answerAll();
  const behind = log.join(0);
  log.append();
  await log.answer();
  await log.answer();
  expect(there.seen).toEqual([5_001]);
  expect(behind.seen).toHaveLength(100);
  await log.answerAll();
  expect(behind.seen).toEqual(Array.from({ length: 5_001 }, (_, i) => i + 1));
  expect(there.isCaughtUp()).toBe(true);
});

it('goes on with who is behind while something happens all the time', async () => {
  const log = heldLog({ head: 1_000 });
  const there = log.join(1_000);
  await log.answerAll();
  const behind = log.join(0);
  for (let round = 0; round < 24; round++) {
    log.append();
    await log.answer();
  }
  expect(behind.seen.length).toBeGreaterThan(1_000);
  await log.answerAll();
  expect([behind.seen.length, there.seen.length]).toEqual([1_024, 24]);
});

it('reads once for many who come back from different places', async () => {
  const log = heldLog({ head: 100 });
  const all = Array.from({ length: 100 }, (_, after) => log.join(after));
  await log.answerAll();
  expect(all.map(({ seen }) => seen.length)).toEqual(Array.from({ length: 100 }, (_, after) => 100 - after));
  expect(log.asked).toEqual([0]);
});
