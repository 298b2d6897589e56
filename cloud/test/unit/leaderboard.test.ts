import { decisiveTest, sharedClusters } from '@whetstone/evals';
import { seededRandom } from '@whetstone/shared/stats';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { commonProblems } from '../../src/features/evals/leaderboard/agent-work/common-problems.ts';
import { boardOf, type BoardLine } from '../../src/features/evals/leaderboard/board.ts';
import { typeset } from '../../src/features/evals/leaderboard/compare/typeset.ts';
import { bytesOf, int32sOf, minus, plus } from '../../src/features/evals/leaderboard/int32-bytes.ts';
import { nextRow, rewrittenRows, type LineRow } from '../../src/features/evals/leaderboard/line.ts';
import { ownFigures } from '../../src/features/evals/leaderboard/own-figures.ts';
import { pairedDifference } from '../../src/features/evals/leaderboard/paired-difference.ts';
import { paretoFront } from '../../src/features/evals/leaderboard/pareto-front.ts';
import { rankSubjects } from '../../src/features/evals/leaderboard/rank-subjects.ts';
import { subjectFigures } from '../../src/features/evals/leaderboard/subject-figures.ts';
import { bucketOf, histogramOf, timeQuantile } from '../../src/features/evals/leaderboard/time-histogram.ts';
import { binMsOf } from '../../src/features/evals/leaderboard/trend.ts';

const int32 = fc.integer({ min: 0, max: 2 ** 30 });
const list = fc.array(int32, { maxLength: 20 }).map((values) => Int32Array.from(values));

/** Passed of graded, problem by problem. */
const sums = (...counts: [passed: number, graded: number][]) => Int32Array.from(counts.flat());

describe('lists of whole numbers', () => {
  it('come back from their bytes, and from the sum less what was added', () => {
    fc.assert(
      fc.property(list, list, (a, b) => {
        expect(int32sOf(bytesOf(a))).toEqual(a);
        expect([...minus(plus(a, b), b)].slice(0, a.length)).toEqual([...a]);
      }),
    );
  });
});

describe('the histogram of times', () => {
  it('tells quantiles within 2.5 % of the nearest rank', () => {
    const times = fc.array(fc.double({ min: 1, max: 1e8, noNaN: true }), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(times, fc.constantFrom(0.5, 0.9, 1), (values, share) => {
        const told = timeQuantile(histogramOf(values.map((value) => [bucketOf(value), 1])), share)!;
        const exact = values.toSorted((a, b) => a - b)[Math.ceil(share * values.length) - 1]!;
        expect(Math.abs(told / exact - 1)).toBeLessThan(0.0248);
      }),
    );
  });

  it('knows none of nothing, and takes any time there is', () => {
    expect(timeQuantile(histogramOf([]), 0.5)).toBeUndefined();
    expect(timeQuantile(new Int32Array(7), 0.5)).toBeUndefined();
    for (const timeMs of [0, -0, 0.3, 1, 1e13, Number.MAX_VALUE])
      expect(timeQuantile(histogramOf([[bucketOf(timeMs), 1]]), 0.5)).toBeGreaterThan(0);
  });
});

describe('a line', () => {
  const outcome = fc
    .integer({ min: 0, max: 3 })
    .chain((graded) => fc.tuple(fc.integer({ min: 0, max: graded }), fc.constant(graded)));
  const own = fc.record({
    problems: fc.array(outcome, { minLength: 4, maxLength: 4 }).map((counts) => sums(...counts)),
    times: list,
  });
  const step = fc.oneof(
    fc.record({ kind: fc.constant('ends' as const), own, minute: fc.integer({ min: 0, max: 100 }) }),
    fc.record({ kind: fc.constant('ends again' as const), own, at: fc.nat() }),
    fc.record({ kind: fc.constant('counts no more' as const), at: fc.nat() }),
  );

  it('always sums up what its runs came to, whatever ends in whatever order', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
        let line: (LineRow & { change: unknown })[] = [];
        for (const [i, what] of steps.entries()) {
          if (what.kind === 'ends') {
            line.push({ runId: `run ${i}`, ...nextRow(line.at(-1), what.own, new Date(what.minute * 60_000)) });
          } else if (line.length > 0) {
            const k = what.at % line.length;
            const renewed = rewrittenRows({
              before: line[k - 1],
              rows: line.slice(k),
              own: what.kind === 'ends again' ? what.own : undefined,
            });
            line = [...line.slice(0, k), ...renewed];
          }
          expectSums(line);
        }
      }),
      { numRuns: 200 },
    );
  });

  function expectSums(line: readonly (LineRow & { change: unknown })[]) {
    let problems: Int32Array = new Int32Array();
    let times: Int32Array = new Int32Array();
    for (const [i, row] of line.entries()) {
      problems = plus(problems, row.ownProblems);
      times = plus(times, row.ownTimes);
      expect([...row.totalProblems]).toEqual([...problems]);
      expect(withoutZeros(row.totalTimes)).toEqual(withoutZeros(times));
      const before = line[i - 1];
      const found = before && pairedDifference(before.ownProblems, row.ownProblems);
      expect(row.change).toEqual(found && { points: 100 * found.difference, p: found.p });
      if (before) {
        expect(row.seq).toBeGreaterThan(before.seq);
        expect(row.at.getTime()).toBeGreaterThanOrEqual(before.at.getTime());
      }
    }
  }

  const withoutZeros = (values: Int32Array) => values.slice(0, values.findLastIndex((value) => value !== 0) + 1);
});

describe('what a run adds to a line', () => {
  const group = { problem: 3, bucket: 5, passed: 2, failed: 1, error: 0, timeout: 1, skipped: 0, answered: 4 };

  it('takes the problems of the line alone, and no time from what has no verdict', () => {
    const own = ownFigures(
      [
        { ...group, unpriced: 1, costUsd: 0.5 },
        { ...group, problem: 9, unpriced: 0, costUsd: 9 },
        { ...group, bucket: null, passed: 0, failed: 0, timeout: 0, error: 2, answered: 0, unpriced: 0, costUsd: 0 },
      ],
      [1, 3],
    );
    expect(own).toMatchObject({
      counts: { passed: 2, failed: 1, error: 2, timeout: 1, skipped: 0 },
      answered: 4,
      unpriced: 1,
      costUsd: 0.5,
    });
    expect([...own.problems]).toEqual([0, 0, 2, 4]);
    expect([...own.times]).toEqual([0, 0, 0, 0, 0, 4]);
  });

  it('counts for nothing where nothing has a verdict', () => {
    expect(ownFigures([], [1, 3]).effectiveN).toBe(0);
  });
});

describe('ranks', () => {
  const rated = (problems: Int32Array) => {
    const counts = [...problems];
    const passed = counts.filter((_, i) => i % 2 === 0).reduce((sum, count) => sum + count, 0);
    const graded = counts.filter((_, i) => i % 2 === 1).reduce((sum, count) => sum + count, 0);
    return { problems, passRate: passed / graded };
  };
  const passing = (problems: number, passed: number) =>
    rated(sums(...Array.from({ length: problems }, (_, i): [number, number] => [i < passed ? 1 : 0, 1])));

  it('puts in one group what cannot be told apart, and says which places are open', () => {
    const [best, close, worst] = rankSubjects([passing(100, 90), passing(100, 88), passing(100, 20)]);
    expect(best).toEqual({ group: 1, ranks: [1, 2] });
    expect(close).toEqual({ group: 1, ranks: [1, 2] });
    expect(worst).toEqual({ group: 2, ranks: [3, 3] });
  });

  it('tells nothing apart on problems that only one has a verdict on', () => {
    const first = rated(sums([9, 9], [9, 9], [0, 0], [0, 0]));
    const second = rated(sums([0, 0], [0, 0], [0, 9], [0, 9]));
    expect(rankSubjects([first, second]).map(({ ranks }) => ranks)).toEqual([
      [1, 2],
      [1, 2],
    ]);
  });

  it('does not believe a rate that the common problems contradict', () => {
    // The first passes fewer of the hard ones that both have, and shines with easy ones that the second lacks.
    const hard = Array.from({ length: 30 }, (_, i): [number, number] => [i < 2 ? 1 : 0, 1]);
    const easy = Array.from({ length: 300 }, (): [number, number] => [1, 1]);
    const first = rated(sums(...hard, ...easy));
    const second = rated(
      sums(...hard.map((_, i): [number, number] => [i < 25 ? 1 : 0, 1]), ...easy.map((): [number, number] => [0, 0])),
    );
    expect(first.passRate).toBeGreaterThan(second.passRate);
    expect(rankSubjects([first, second]).map(({ group }) => group)).toEqual([1, 1]);
  });

  it('goes along with any order they come in', () => {
    const random = seededRandom(4);
    const subjects = Array.from({ length: 7 }, (_, s) =>
      rated(
        sums(
          ...Array.from({ length: 60 }, (): [number, number] => [
            [0, 1, 2].filter(() => random() < 0.1 + 0.12 * s).length,
            3,
          ]),
        ),
      ),
    );
    const standings = rankSubjects(subjects);
    const order = [3, 0, 6, 2, 5, 1, 4];
    expect(rankSubjects(order.map((i) => subjects[i]!))).toEqual(order.map((i) => standings[i]!));
    expect(new Set(standings.map(({ group }) => group)).size).toBeGreaterThan(1);
  });

  it('asks the clusters where problems depend on each other', () => {
    const [low, high] = [
      sums(...Array.from({ length: 40 }, (_, i): [number, number] => [i < 10 ? 1 : 0, 1])),
      sums(...Array.from({ length: 40 }, (_, i): [number, number] => [i < 20 ? 1 : 0, 1])),
    ];
    const alone = pairedDifference(low, high)!.p;
    const repositories = Array.from({ length: 40 }, (_, i) => Math.floor(i / 10));
    expect(alone).toBeLessThan(0.05);
    expect(pairedDifference(low, high, repositories)!.p).toBeGreaterThan(0.05);
  });
});

describe('a pair of subjects', () => {
  const outcome = fc
    .integer({ min: 0, max: 3 })
    .chain((graded) => fc.tuple(fc.integer({ min: 0, max: graded }), fc.constant(graded)));
  const single = fc.tuple(fc.integer({ min: 0, max: 1 }), fc.constant(1));
  const subject = fc.oneof(fc.array(outcome, { maxLength: 30 }), fc.array(single, { maxLength: 30 }));

  it('is told apart by the test of comparisons, on the problems of both', () => {
    fc.assert(
      fc.property(subject, subject, fc.boolean(), (first, second, isClustered) => {
        const clusterOf = (place: number) => `cluster ${place % 5}`;
        const both = [...first.keys()].filter((i) => first[i]![1] > 0 && (second[i]?.[1] ?? 0) > 0);
        const rate = ([passed, graded]: [number, number]) => passed / graded;
        const differences = both.map((i) => rate(second[i]!) - rate(first[i]!));
        const areSingle = both.every((i) => first[i]![1] === 1 && second[i]![1] === 1);
        const found = pairedDifference(
          sums(...first),
          sums(...second),
          isClustered ? Array.from({ length: 30 }, (_, i) => clusterOf(i)) : undefined,
        );
        if (both.length === 0) {
          expect(found).toBeUndefined();
          return;
        }
        const { p } = decisiveTest({
          differences,
          counts: areSingle
            ? {
                onlyFirst: differences.filter((d) => d < 0).length,
                onlySecond: differences.filter((d) => d > 0).length,
              }
            : undefined,
          clusters: isClustered ? sharedClusters(both.map(clusterOf)) : undefined,
        });
        expect(found!.problems).toBe(both.length);
        expect(found!.p).toBeCloseTo(p.twoSided, 10);
        expect(found!.difference).toBeCloseTo(differences.reduce((sum, d) => sum + d, 0) / both.length, 10);
      }),
    );
  });
});

describe('problems that agents name', () => {
  it('compare models where several worked on them, the most common first, up to a bound', () => {
    const worked = [
      ['a', 'x'],
      ['b', 'x'],
      ['a', 'y'],
      ['b', 'y'],
      ['c', 'y'],
      ['a', 'alone'],
      ['b', 'w'],
      ['c', 'w'],
    ].map(([model, problem]) => ({ model: model!, problem: problem! }));
    expect([...commonProblems(worked)]).toEqual([
      ['y', 0],
      ['w', 1],
      ['x', 2],
    ]);
    expect([...commonProblems(worked, 2).keys()]).toEqual(['y', 'w']);
  });
});

describe('the front of cost and pass rate', () => {
  it('has whoever nobody beats, and nobody whose cost is not known', () => {
    expect(
      paretoFront([
        { passRate: 0.9, costUsd: 3 },
        { passRate: 0.8, costUsd: 1 },
        { passRate: 0.8, costUsd: 2 },
        { passRate: 0.95, costUsd: null },
        { passRate: 0.8, costUsd: 1 },
      ]),
    ).toEqual([true, true, false, false, true]);
  });

  it('has somebody whenever a cost is known', () => {
    const point = fc.record({
      passRate: fc.double({ min: 0, max: 1, noNaN: true }),
      costUsd: fc.double({ min: 0, max: 9, noNaN: true }),
    });
    fc.assert(
      fc.property(fc.array(point, { minLength: 1, maxLength: 12 }), (points) => paretoFront(points).includes(true)),
    );
  });
});

describe('figures of a subject', () => {
  const counts = { passed: 3, failed: 2, error: 0, timeout: 1, skipped: 0 };
  const made = {
    counts,
    problems: sums([2, 2], [1, 4], [0, 0]),
    times: histogramOf([[bucketOf(100), 6]]),
    answered: 6,
    unpriced: 0,
    costUsd: 1.5,
  };

  it('are over graded samples, with pass@k for as many as every problem has', () => {
    expect(subjectFigures(made)).toMatchObject({
      passRate: 0.5,
      n: 6,
      problems: 2,
      costPerSolvedUsd: 0.5,
      avgCostUsd: 0.25,
    });
    expect(subjectFigures(made)!.passAtK).toEqual({ 1: (1 + 0.25) / 2, 2: (1 + 0.5) / 2 });
  });

  it('leave unknown what is not known, and are none without a verdict', () => {
    expect(subjectFigures({ ...made, unpriced: 1 })).toMatchObject({ costPerSolvedUsd: null, avgCostUsd: null });
    expect(subjectFigures({ ...made, answered: 0, costUsd: 0 })).toMatchObject({ costPerSolvedUsd: null });
    expect(subjectFigures({ ...made, counts: { ...counts, passed: 0 } })!.costPerSolvedUsd).toBeNull();
    expect(
      subjectFigures({ ...made, counts: { passed: 0, failed: 0, error: 9, timeout: 0, skipped: 0 } }),
    ).toBeUndefined();
  });

  it('say when infrastructure failed too often', () => {
    expect(subjectFigures(made)!.warnings).toEqual([]);
    expect(subjectFigures({ ...made, counts: { ...counts, error: 4 } })!.warnings).toEqual([
      '40.0 % of the samples ended in errors of infrastructure and have no verdict; the rate is that of the rest',
    ]);
  });
});

describe('a board', () => {
  const line = (label: string, passed: number, rest: Partial<BoardLine> = {}): BoardLine => ({
    subject: { id: label, kind: 'model', label },
    counts: { passed, failed: 10 - passed, error: 0, timeout: 0, skipped: 0 },
    problems: sums(...Array.from({ length: 10 }, (_, i): [number, number] => [i < passed ? 1 : 0, 1])),
    times: new Int32Array(),
    answered: 10,
    unpriced: 0,
    costUsd: 1,
    runs: 1,
    lastRunId: null,
    lastRunAt: new Date(0),
    change: undefined,
    openRegressionId: null,
    trend: [],
    ...rest,
  });

  it('has the best first, of equals the cheaper one, and apart who has no verdict', () => {
    const none = { passed: 0, failed: 0, error: 10, timeout: 0, skipped: 0 };
    const { items, withoutVerdict } = boardOf([
      line('d', 5),
      line('c', 5, { unpriced: 1 }),
      line('b', 5, { costUsd: 0.5 }),
      line('a', 9),
      line('e', 0, { counts: none, problems: new Int32Array(20) }),
      line('f', 5, { unpriced: 1 }),
    ]);
    expect(items.map(({ subject }) => subject.label)).toEqual(['a', 'b', 'd', 'c', 'f']);
    expect(withoutVerdict).toEqual([
      { subject: { id: 'e', kind: 'model', label: 'e' }, counts: none, runs: 1, lastRunAt: '1970-01-01T00:00:00.000Z' },
    ]);
  });

  it('calls a change distinguishable when its p is below 5 %', () => {
    const { items } = boardOf([
      line('a', 9, { change: { points: -3, p: 0.04 } }),
      line('b', 8, { change: { points: 3, p: 0.05 } }),
    ]);
    expect(items.map(({ change }) => change?.isDistinguishable)).toEqual([true, false]);
  });
});

describe('points of a trend', () => {
  it('are whole minutes, hours or days wide, and not many more than sixty', () => {
    for (const hours of [1, 2, 24, 72, 24 * 7, 24 * 30, 24 * 90, 24 * 400]) {
      const binMs = binMsOf(hours * 3_600_000);
      expect((hours * 3_600_000) / binMs).toBeLessThanOrEqual(60);
      expect(binMs % 60_000).toBe(0);
    }
    expect(binMsOf(30 * 86_400_000)).toBe(86_400_000);
  });
});

describe('the sentence of a comparison', () => {
  it('begins with a capital letter and has signs, and leaves hyphens between words alone', () => {
    expect(typeset('separated: B-2 is worse by 1.0 points (95 % interval -2.0 to -0.1)')).toBe(
      'Separated: B-2 is worse by 1.0 points (95 % interval −2.0 to −0.1)',
    );
    expect(typeset('a drop of >= 3 points')).toBe('A drop of ≥ 3 points');
  });
});
