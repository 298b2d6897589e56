import { expect, it, onTestFinished, vi } from 'vitest';
import type { Database } from '../../src/platform/db/database.ts';
import { watchHeads } from '../../src/platform/events/heads.ts';

it('goes on looking when the clock is set back in the middle of a look', async () => {
  let nowMs = Date.parse('2026-11-25T12:00:00Z');
  let looks = 0;
  const asSystem = async () => {
    // The first look finds the clock an hour further back at its end.
    if (looks++ === 0) nowMs -= 3_600_000;
    return [{ projectId: 'p', sequence: 1, topics: { keys: 0, flags: 1, portfolio: 0 } }];
  };
  const watch = watchHeads({
    database: { asSystem } as unknown as Database,
    clock: () => nowMs,
    followed: () => ['p'],
    onChange: () => undefined,
    onHead: () => undefined,
    onError: (error) => expect.fail(String(error)),
  });
  onTestFinished(watch.stop);
  await vi.waitUntil(() => looks >= 3, { timeout: 10_000, interval: 5 });
  expect(watch.isCurrent(-Infinity)).toBe(true);
});
