import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  afterAnswer,
  afterOverload,
  afterStart,
  freshPace,
  mayStart,
  type Pace,
} from '../../../src/solvers/model/pace.ts';

const answers = (pace: Pace, count: number): Pace =>
  Array.from({ length: count }).reduce<Pace>(
    (now) => afterAnswer(now, { round: now.round, underWay: 1, now: 0 }),
    pace,
  );

describe('the pace of one endpoint', () => {
  it('has no limit until the endpoint says that it is too much', () => {
    const pace = answers(freshPace, 1000);
    expect(mayStart(pace, 10_000, 0)).toEqual({ start: true });
  });

  it('halves what was under way, once for all that were under way together', () => {
    const once = afterOverload(freshPace, { round: 0, underWay: 50, now: 0 });
    expect(once.limit).toBe(25);
    const together = afterOverload(once, { round: 0, underWay: 49, now: 0 });
    expect(together.limit).toBe(25);
    expect(afterOverload(together, { round: 1, underWay: 25, now: 0 }).limit).toBe(12);
  });

  it('grows by one with every round of answers, and is free again where it was first too much', () => {
    const limited = afterOverload(freshPace, { round: 0, underWay: 8, now: 0 });
    expect(limited.limit).toBe(4);
    expect(answers(limited, 3).limit).toBe(4);
    expect(answers(limited, 4).limit).toBe(5);
    expect(answers(limited, 4 + 5 + 6).limit).toBe(7);
    expect(answers(limited, 4 + 5 + 6 + 7).limit).toBe(Infinity);
  });

  it('lets nobody in before the time it was told, the latest of several', () => {
    const later = afterOverload(freshPace, { round: 0, underWay: 2, now: 1000 }, 5000);
    const sooner = afterOverload(later, { round: 0, underWay: 2, now: 1000 }, 10);
    expect(mayStart(sooner, 0, 5999)).toEqual({ start: false, askAt: 6000 });
    expect(mayStart(sooner, 0, 6000)).toEqual({ start: true });
  });

  it('waits for the next window when this one allows no more, unless that is further away than a minute', () => {
    const told = (remaining: number, resetMs: number) =>
      afterAnswer(freshPace, { round: 0, underWay: 5, now: 0 }, { remaining, resetMs });
    const one = told(1, 6000);
    expect(mayStart(one, 4, 0)).toEqual({ start: true });
    expect(mayStart(afterStart(one), 5, 10)).toEqual({ start: false, askAt: 6000 });
    expect(mayStart(afterStart(one), 5, 6000)).toEqual({ start: true });
    expect(mayStart(told(0, 86_400_000), 0, 0)).toEqual({ start: true });
  });

  it('never stops for good, whatever it hears', () => {
    const event = fc.record({
      overload: fc.boolean(),
      stale: fc.boolean(),
      underWay: fc.integer({ min: 1, max: 200 }),
      waitMs: fc.integer({ min: 0, max: 60_000 }),
    });
    fc.assert(
      fc.property(fc.array(event, { maxLength: 200 }), (events) => {
        let pace: Pace = freshPace;
        for (const { overload, stale, underWay, waitMs } of events) {
          const call = { round: pace.round - Number(stale), underWay, now: 0 };
          pace = overload
            ? afterOverload(pace, call, waitMs)
            : afterAnswer(pace, call, { remaining: 0, resetMs: waitMs });
          expect(pace.limit).toBeGreaterThanOrEqual(1);
        }
        expect(mayStart(pace, 0, 60_001).start).toBe(true);
      }),
    );
  });
});
