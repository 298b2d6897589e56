import { seededRandom } from '@whetstone/shared/stats';
import { describe, expect, it } from 'vitest';
import { failurePatterns, type Labelled } from '../../src/features/feedback/learn/rank/failures.ts';
import { judge, type Counted } from '../../src/features/feedback/learn/rank/judge.ts';
import { addPlaces, liftOver, noPlaces, rateOf, type PlaceSums } from '../../src/features/feedback/learn/rank/lift.ts';

const placesOf = (corrections: readonly [changed: number, survived: number][]): PlaceSums =>
  corrections.reduce((sums, [changed, survived]) => addPlaces(sums, changed, survived), noPlaces);
const times = <T>(n: number, one: (i: number) => T) => Array.from({ length: n }, (_, i) => one(i));

describe('the rate of a change', () => {
  it('of places that stand alone has the interval of Wilson', () => {
    const { rate, interval } = rateOf(
      placesOf([...times(10, (): [number, number] => [1, 0]), ...times(30, (): [number, number] => [0, 1])]),
    )!;
    expect(rate).toBe(0.25);
    // R: prop.test(10, 40, correct = FALSE)
    expect(interval[0]).toBeCloseTo(0.1418715, 6);
    expect(interval[1]).toBeCloseTo(0.4019396, 6);
  });

  it('is not known better from a hundred places of one correction than from one', () => {
    const crowd = rateOf(placesOf([[100, 0]]))!;
    const single = rateOf(placesOf([[1, 0]]))!;
    expect(crowd.interval).toEqual(single.interval);
  });

  it('of places that are alike within corrections is known less well than of others', () => {
    const alike = rateOf(placesOf(times(10, (i): [number, number] => (i < 5 ? [10, 0] : [0, 10]))))!;
    const apart = rateOf(placesOf(times(100, (i): [number, number] => (i < 50 ? [1, 0] : [0, 1]))))!;
    expect(alike.rate).toBe(apart.rate);
    expect(alike.interval[1] - alike.interval[0]).toBeGreaterThan(2 * (apart.interval[1] - apart.interval[0]));
  });

  it('is unknown without a place', () => expect(rateOf(noPlaces)).toBeUndefined());

  it('is the same after a correction was added and taken away', () => {
    const sums = placesOf([
      [1, 2],
      [0, 5],
    ]);
    expect(addPlaces(addPlaces(sums, 3, 4), 3, 4, -1)).toEqual(sums);
  });
});

describe('the lift of a change', () => {
  it('covers the truth in at least 90 of 100 seeded histories, however corrections differ', () => {
    const [rate, base] = [0.4, 0.1];
    const covered = times(100, (seed) => {
      const random = seededRandom(seed);
      let [places, lines] = [noPlaces, noPlaces];
      for (let i = 0; i < 60; i++) {
        const zeal = random() < 0.5 ? 0.5 : 1.5;
        const changed = (of: number, n: number) => times(n, () => random() < of * zeal).filter(Boolean).length;
        const [of, n] = [1 + Math.floor(random() * 3), 20];
        const [c, l] = [changed(rate, of), changed(base, n)];
        places = addPlaces(places, c, of - c);
        lines = addPlaces(lines, l, n - l);
      }
      const { interval } = liftOver(rateOf(places)!, rateOf(lines)!)!;
      return interval[0] <= rate / base && rate / base <= interval[1];
    }).filter(Boolean).length;
    expect(covered).toBeGreaterThanOrEqual(90);
  });

  it('of changes made at random is above 1 in at most 5 of 100 seeded histories', () => {
    const wrong = times(100, (seed) => {
      const random = seededRandom(1_000 + seed);
      let [places, lines] = [noPlaces, noPlaces];
      let corrections = 0;
      for (let i = 0; i < 80; i++) {
        const zeal = random() < 0.5 ? 0.5 : 1.5;
        const changed = (n: number) => times(n, () => random() < 0.1 * zeal).filter(Boolean).length;
        const [c, l] = [changed(1), changed(12)];
        if (c > 0) corrections += 1;
        places = addPlaces(places, c, 1 - c);
        lines = addPlaces(lines, l, 12 - l);
      }
      return judge({
        kind: 'detector',
        files: 9,
        places,
        base: lines,
        support: { corrections, tasks: corrections, repos: 1, users: 1 },
      }).isPattern;
    }).filter(Boolean).length;
    expect(wrong).toBeLessThanOrEqual(5);
  });

  it('has no end where the base may be next to nothing', () => {
    const { interval } = liftOver(rateOf(placesOf([[3, 0]]))!, { rate: 0.01, interval: [0, 0.05] })!;
    expect(interval).toEqual([expect.any(Number), 1e6]);
    expect(interval[0]).toBeGreaterThanOrEqual(0);
  });

  it('is none where nothing was changed', () =>
    expect(liftOver(rateOf(placesOf([[3, 0]]))!, rateOf(placesOf([[0, 50]]))!)).toBeUndefined());
});

describe('what is called a pattern', () => {
  const counted: Counted = {
    kind: 'template',
    support: { corrections: 8, tasks: 8, repos: 2, users: 3 },
    files: 5,
    places: placesOf([...times(8, (): [number, number] => [1, 0]), ...times(4, (): [number, number] => [0, 1])]),
    base: placesOf(times(40, (i): [number, number] => (i % 4 === 0 ? [2, 18] : [0, 20]))),
  };

  it('has support and a lift above 1', () => {
    const { isPattern, whyNot, lift, liftInterval, rank } = judge(counted);
    expect({ isPattern, whyNot }).toEqual({ isPattern: true, whyNot: null });
    expect(lift).toBeCloseTo(8 / 12 / 0.025, 9);
    expect(liftInterval![0]).toBeGreaterThan(1);
    expect(rank).toBeGreaterThan(0);
  });

  it.each<[string, Partial<Counted>, string]>([
    ['2 corrections', { support: { ...counted.support, corrections: 2 } }, 'seen in 2 corrections, and 3 are needed'],
    ['one task', { support: { ...counted.support, tasks: 1 } }, 'all of it comes from one task, and 2 are needed'],
    [
      'one task of a detector',
      { kind: 'detector', support: { ...counted.support, tasks: 1 } },
      'all of it comes from one task, and 2 are needed',
    ],
    ['one file', { files: 1 }, 'all of it comes from one file, and 2 are needed'],
    ['no place', { places: noPlaces }, 'in how many places it could have been done is not known'],
    ['no base', { base: noPlaces }, 'there is nothing that it can be compared with yet'],
    [
      'a base that nobody changed',
      { base: placesOf([[0, 9]]) },
      'nothing that it is compared with was changed, so that there is no lift',
    ],
  ])('is not what has %s, and says so', (_, change, whyNot) => {
    const told = judge({ ...counted, ...change });
    expect(told).toMatchObject({ isPattern: false, whyNot });
    expect(told.rank).toBeLessThan(0);
  });

  it('is not what is changed as often as anything', () => {
    const base = placesOf(times(30, (i): [number, number] => (i < 20 ? [1, 0] : [0, 1])));
    expect(judge({ ...counted, base })).toMatchObject({
      isPattern: false,
      whyNot: expect.stringMatching(/^its lift may as well be 1: /),
    });
  });
});

describe('failures', () => {
  const labelled = (failure: Labelled['failure'], model: string, i: number): Labelled => ({
    failure,
    model,
    taskId: `task-${model}-${i}`,
    taskType: 'bugfix',
    repoId: null,
    userId: null,
    correctedAt: new Date(i * 1_000),
  });

  it('that come more often with one model than with the others are patterns of it', () => {
    const all = [
      ...times(30, (i) => labelled(i < 20 ? 'tool_error' : 'other', 'model-1', i)),
      ...times(60, (i) => labelled(i < 8 ? 'tool_error' : 'other', 'model-2', i)),
    ];
    const found = failurePatterns(all).filter(({ figures }) => figures.isPattern);
    expect(found.map(({ title }) => title)).toEqual(['tool error in the model model-1', 'other in the model model-2']);
    expect(found[0]?.figures).toMatchObject({ changed: 20, survived: 10, rate: 20 / 30, baseRate: 8 / 60 });
  });

  it('of one task count once, however often it was corrected', () => {
    const all = [
      ...times(30, (i) => ({ ...labelled('tool_error', 'model-1', i), taskId: 'task-1' })),
      ...times(60, (i) => labelled(i < 8 ? 'tool_error' : 'other', 'model-2', i)),
    ];
    const [first] = failurePatterns(all).filter(({ title }) => title === 'tool error in the model model-1');
    expect(first?.figures.rateInterval?.[0]).toBeLessThan(0.25);
  });
});
