import { describe, expect, it } from 'vitest';
import { lookAtMany } from '../../src/features/flags/look-at-many.ts';
import { slices } from '../../src/features/flags/slices.ts';

/** Where each look takes so long, with nothing else that takes time. */
function lookingFor(lookMs: number) {
  let nowMs = 0;
  const steadyMs = () => nowMs;
  const look = lookAtMany({ each: slices({ steadyMs }), steadyMs });
  return { look, take: () => void (nowMs += lookMs) };
}
const items = Array.from({ length: 10_000 }, (_, i) => i);

describe('a look at many', () => {
  it('looks at all of them when that is quick', async () => {
    const { look, take } = lookingFor(0.05);
    expect(await look(items, take)).toBe(10_000);
    expect(await look([], take)).toBe(0);
  });

  it('looks at the first alone when each takes long, and at one whatever it takes', async () => {
    for (const [lookMs, looked] of [
      [1, 1_000],
      [100, 10],
      [60_000, 1],
    ] as const) {
      const { look, take } = lookingFor(lookMs);
      const seen: number[] = [];
      expect(await look(items, (item) => (seen.push(item), take()))).toBe(looked);
      expect(seen).toEqual(items.slice(0, looked));
    }
  });

  it('lets others have their turn meanwhile', async () => {
    const { look, take } = lookingFor(5);
    let turns = 0;
    let isOver = false;
    const others = (async () => {
      for (; !isOver; turns++) await new Promise(setImmediate);
    })();
    await look(items, take);
    isOver = true;
    await others;
    expect(turns).toBeGreaterThan(100);
  });
});
