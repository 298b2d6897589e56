import { expectedSuccess, leastKnownTries, watchTry, type DriftState } from '../../src/portfolio/index.ts';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/stats/index.ts';

const at = new Date(0).toISOString();

interface Stream {
  /** The true chance of each try, and the kind of its task. */
  next: (tries: number) => { chance: number; kind: number };
  random: () => number;
  tries: number;
  /** Tries that were counted before the watch begins, of each kind. */
  known: { n: number; solved: number }[];
}

/** Watches a stream as a fold does: cells learn from each try after it was compared. Gives the tries at which it alarmed. */
function alarmsOf({ next, random, tries, known }: Stream): number[] {
  const cells = known.map((cell) => ({ ...cell }));
  const alarms: number[] = [];
  let state: DriftState = {};
  for (let i = 0; i < tries; i++) {
    const { chance, kind } = next(i);
    const solved = random() < chance;
    const global = cells.reduce((sum, { n, solved: s }) => ({ n: sum.n + n, solved: sum.solved + s }), {
      n: 0,
      solved: 0,
    });
    const expected = expectedSuccess([global, cells[kind]!]);
    if (expected !== undefined) {
      const step = watchTry(state, { at, solved, expected });
      state = step.state;
      if (step.alarm) alarms.push(i);
    }
    cells[kind]!.n++;
    if (solved) cells[kind]!.solved++;
  }
  return alarms;
}

/** As many tries as it takes before a model is watched, drawn with the chance that it has. */
function drawn(n: number, chance: number, random: () => number) {
  let solved = 0;
  for (let i = 0; i < n; i++) if (random() < chance) solved++;
  return { n, solved };
}

const median = (values: number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;

describe('a change of behaviour', () => {
  it('is seen falsely at most once in 1,000 tries, though all that is expected was learned from few', () => {
    const random = seededRandom(1);
    for (const chance of [0.2, 0.5, 0.7, 0.9]) {
      const streams = Array.from({ length: 100 }, () =>
        alarmsOf({
          next: () => ({ chance, kind: 0 }),
          random,
          tries: 2_000,
          known: [drawn(leastKnownTries, chance, random)],
        }),
      );
      expect(streams.flat().length, `${chance}`).toBeLessThan((100 * 2_000) / 1_000);
    }
  });

  it.for([
    ['drop', 0.7, 0.5],
    ['rise', 0.5, 0.7],
  ] as const)('of 20 points is found after a median of 100 tries or less: a %s', ([, before, after]) => {
    const random = seededRandom(2);
    const delays = Array.from({ length: 200 }, () => {
      const known = [drawn(400, before, random)];
      return alarmsOf({ next: () => ({ chance: after, kind: 0 }), random, tries: 2_000, known })[0] ?? Infinity;
    });
    expect(median(delays)).toBeLessThanOrEqual(100);
  });

  it('is none where only the tasks have become harder', () => {
    const random = seededRandom(3);
    const [easy, hard] = [0.9, 0.4];
    const streams = Array.from({ length: 100 }, () =>
      alarmsOf({
        next: () => ({ chance: hard, kind: 1 }),
        random,
        tries: 500,
        known: [drawn(600, easy, random), drawn(300, hard, random)],
      }),
    );
    expect(streams.flat().length).toBeLessThan((100 * 500) / 1_000);
  });

  it('is dated by the tries that speak for it, and tells what was expected and what was seen', () => {
    let state: DriftState = {};
    let alarm: ReturnType<typeof watchTry>['alarm'];
    const instant = (i: number) => new Date(i * 60_000).toISOString();
    for (let i = 0; i < 200 && !alarm; i++) {
      // Three of four until the hundredth, and then none.
      ({ state, alarm } = watchTry(state, { at: instant(i), solved: i < 100 && i % 4 !== 3, expected: 0.75 }));
    }
    expect(Date.parse(alarm!.at) / 60_000).toBeGreaterThanOrEqual(99);
    expect(Date.parse(alarm!.at) / 60_000).toBeLessThanOrEqual(100);
    expect(alarm).toMatchObject({ before: 0.75, after: 0 });
    expect(state).toEqual({});
  });

  it('is not looked for where little is known', () => {
    expect(expectedSuccess([{ n: leastKnownTries - 1, solved: 50 }])).toBeUndefined();
    expect(
      expectedSuccess([
        { n: 100, solved: 80 },
        { n: 50, solved: 0 },
      ]),
    ).toBeCloseTo(0.4);
    expect(expectedSuccess([])).toBeUndefined();
  });

  it('is looked for with sums that stay finite at certain chances', () => {
    const { state } = watchTry({}, { at, solved: false, expected: 1 });
    expect(Number.isFinite(state.drop!.sum)).toBe(true);
    expect(watchTry({}, { at, solved: true, expected: 0 }).state.rise!.sum).toBeLessThan(Infinity);
  });
});
