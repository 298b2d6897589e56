import { describe, expect, it } from 'vitest';
import { historyOf, type Observation } from '../../src/bisect/history.ts';
import { judgeEnds } from '../../src/bisect/judge-ends.ts';
import { shortestSpan } from '../../src/bisect/narrow.ts';
import { nextMove, type BisectRules } from '../../src/bisect/next-move.ts';
import { byInformation } from '../../src/bisect/next-index.ts';
import { posteriorStrip } from '../../src/bisect/picture.ts';
import { posteriorOf } from '../../src/bisect/posterior.ts';
import { sentenceOf } from '../../src/bisect/sentence.ts';
import { isRight, simulateBisects } from '../../src/bisect/simulate.ts';

const rules: BisectRules = { confidence: 0.9, seedRuns: 20, maxRuns: 60 };
const named = { noun: 'commit', nameOf: (index: number) => `c${index}` };

/** So many runs at a version, the first of them failing. */
const runs = (index: number, count: number, failures: number): Observation[] =>
  Array.from({ length: count }, (_, i) => ({ index, outcome: i < failures ? 'failed' : 'passed' }));
const skipped = (index: number): Observation => ({ index, outcome: 'skipped' });
const seeds = (last: number, count = 20) => [
  ...runs(0, count, Math.round(count * 0.1)),
  ...runs(last, count, Math.round(count * 0.9)),
];

describe('the posterior of the first bad version', () => {
  it('is what Bayes rule gives by exact fractions', () => {
    // Versions 0, 1, 2; one pass at 0, one failure at 1, one failure at 2.
    // First bad 1: B(1, 2) B(3, 1) = 1/2 * 1/3; first bad 2: B(2, 2) B(2, 1) = 1/6 * 1/2.
    const { chances, failsBefore, failsAfter } = posteriorOf(
      historyOf(3, [...runs(0, 1, 0), ...runs(1, 1, 1), ...runs(2, 1, 1)]),
    );
    expect(chances[0]).toBe(0);
    expect(chances[1]).toBeCloseTo(2 / 3, 12);
    expect(chances[2]).toBeCloseTo(1 / 3, 12);
    expect(failsBefore[1]).toBeCloseTo(1 / 3, 12);
    expect(failsAfter[1]).toBeCloseTo(3 / 4, 12);
  });

  it('starts uniform, or by the weights given', () => {
    expect(posteriorOf(historyOf(5, [])).chances).toEqual([0, 0.25, 0.25, 0.25, 0.25]);
    const { chances } = posteriorOf(historyOf(4, [], [1, 1, 2, 5]));
    expect(chances.map((chance) => Number(chance.toFixed(9)))).toEqual([0, 0.125, 0.25, 0.625]);
  });

  it('does not lose itself in thousands of runs', () => {
    const { chances } = posteriorOf(
      historyOf(4, [...runs(0, 5_000, 500), ...runs(2, 3_000, 2_700), ...runs(3, 5_000, 4_500)]),
    );
    expect(chances[1]! + chances[2]!).toBeCloseTo(1, 9);
    expect(chances.every(Number.isFinite)).toBe(true);
  });
});

describe('the version to run next', () => {
  it('is the one that is expected to leave the least doubt, found by trying every outcome at every version', () => {
    const seen = [...seeds(12), ...runs(6, 2, 1), ...runs(9, 1, 1), ...runs(3, 1, 0)];
    const history = historyOf(13, seen);
    const entropy = (chances: readonly number[]) =>
      -chances.reduce((sum, chance) => sum + (chance > 0 ? chance * Math.log(chance) : 0), 0);
    const posterior = posteriorOf(history);
    const doubtAfter = (index: number) => {
      const fails = posterior.chances.reduce(
        (sum, chance, k) => sum + chance * (k <= index ? posterior.failsAfter[k]! : posterior.failsBefore[k]!),
        0,
      );
      const after = (outcome: 'failed' | 'passed') =>
        entropy(posteriorOf(historyOf(13, [...seen, { index, outcome }])).chances);
      return fails * after('failed') + (1 - fails) * after('passed');
    };
    const doubts = Array.from({ length: 11 }, (_, i) => doubtAfter(i + 1));
    expect(byInformation(history, posterior)).toBe(1 + doubts.indexOf(Math.min(...doubts)));
  });

  it('is never one that cannot be tested', () => {
    const history = historyOf(9, [...seeds(8), skipped(4), skipped(5)]);
    const move = nextMove(history, rules);
    expect(move.kind).toBe('run');
    expect(move.kind === 'run' && [4, 5].includes(move.index)).toBe(false);
  });
});

describe('the ends', () => {
  const ends = (good: number, bad: number, count = 20) =>
    judgeEnds(historyOf(3, [...runs(0, count, good), ...runs(2, count, bad)]), 20);

  it('are run before anything else, as often as asked, and what is there already counts', () => {
    expect(nextMove(historyOf(10, []), rules)).toEqual({ kind: 'seed', good: 20, bad: 20 });
    expect(nextMove(historyOf(10, [...runs(0, 20, 2), ...runs(9, 7, 6)]), rules)).toEqual({
      kind: 'seed',
      good: 0,
      bad: 13,
    });
  });

  it('are run again where it is open whether they differ, up to four times as often', () => {
    expect(ends(2, 18)).toMatchObject({ kind: 'different' });
    expect(ends(6, 10)).toEqual({ kind: 'lacking', perEnd: 40 });
    expect(ends(13, 20, 40)).toEqual({ kind: 'lacking', perEnd: 80 });
    expect(ends(28, 36, 80)).toMatchObject({ kind: 'same' });
  });

  it.each([
    ['all pass', 0, 0],
    ['all fail', 20, 20],
    ['the good end fails a little more', 4, 3],
  ])('say "no difference" at once where %s', (_, good, bad) => {
    const history = historyOf(30, [...runs(0, 20, good), ...runs(29, 20, bad)]);
    const move = nextMove(history, rules);
    expect(move).toMatchObject({ kind: 'answer', answer: { kind: 'none' } });
    if (move.kind === 'answer')
      expect(sentenceOf(move.answer, history, named)).toMatch(/^No difference: \d+ of 20 runs/);
  });

  it('that lie the wrong way round are refused in words', () => {
    const history = historyOf(30, [...runs(0, 20, 18), ...runs(29, 20, 2)]);
    const move = nextMove(history, rules);
    expect(move).toMatchObject({ kind: 'answer', answer: { kind: 'flipped' } });
    if (move.kind === 'answer')
      expect(sentenceOf(move.answer, history, named)).toContain('18 of 20 runs failed at the end that is called good');
  });

  it('have to be ones that can be tested', () => {
    expect(() => nextMove(historyOf(5, [skipped(4)]), rules)).toThrow('the bad end cannot be tested');
  });
});

describe('the answer', () => {
  it('is the only candidate where there is but one', () => {
    expect(nextMove(historyOf(2, seeds(1)), rules)).toMatchObject({
      kind: 'answer',
      answer: { kind: 'commit', from: 1, to: 1, chance: 1 },
    });
  });

  it('is a range where those in between cannot be tested', () => {
    const seen = [...seeds(6), ...runs(2, 6, 0), ...runs(5, 6, 6), skipped(3), skipped(4)];
    const history = historyOf(7, seen);
    const move = nextMove(history, rules);
    expect(move).toMatchObject({ kind: 'answer', answer: { kind: 'range', why: 'untestable', from: 3, to: 5 } });
    if (move.kind === 'answer') expect(sentenceOf(move.answer, history, named)).toContain('one of the 3 from c3 to c5');
  });

  it('is a range that holds the confidence when the runs are spent', () => {
    const seen = [...seeds(40), ...runs(20, 2, 0), ...runs(30, 3, 3)];
    const move = nextMove(historyOf(41, seen), { ...rules, maxRuns: 5 });
    expect(move).toMatchObject({ kind: 'answer', answer: { kind: 'range', why: 'spent' } });
    if (move.kind !== 'answer' || move.answer.kind !== 'range') throw new Error('expected a range');
    expect(move.answer.from).toBeGreaterThanOrEqual(16);
    expect(move.answer.to).toBeLessThanOrEqual(32);
    expect(move.answer.chance).toBeGreaterThanOrEqual(0.9);
  });

  it('is the shortest range, and of those the likeliest', () => {
    expect(shortestSpan([0, 0.05, 0.5, 0.41, 0.04], 0.9)).toMatchObject({ from: 2, to: 3 });
    expect(shortestSpan([0, 0.3, 0.3, 0.4], 0.6)).toMatchObject({ from: 2, to: 3 });
    expect(shortestSpan([0, 0, 0, 1], 0.999)).toEqual({ from: 3, to: 3, chance: 1 });
  });
});

describe('simulated histories of 64 commits', () => {
  const simulated = (failsBefore: number, failsAfter: number) =>
    simulateBisects({ commits: 64, failsBefore, failsAfter, rules, histories: 300, seed: 20_261 });
  const share = (of: readonly unknown[], all: readonly unknown[]) => of.length / all.length;

  it('at .1 before and .9 after the right commit is named in 95 % and more, in a median of 20 runs at most', () => {
    const bisects = simulated(0.1, 0.9);
    const named = bisects.filter(({ answer }) => answer.kind === 'commit');
    const sorted = bisects.map(({ searchRuns }) => searchRuns).toSorted((a, b) => a - b);
    expect(share(named.filter(isRight), bisects)).toBeGreaterThanOrEqual(0.95);
    expect(sorted[150]).toBeLessThanOrEqual(20);
  });

  it('at .3 before and .6 after the answer is a range, which holds the right commit as often as it says', () => {
    const bisects = simulated(0.3, 0.6);
    const ranges = bisects.filter(({ answer }) => answer.kind === 'range');
    expect(share(ranges, bisects)).toBeGreaterThan(0.75);
    expect(share(ranges.filter(isRight), ranges)).toBeGreaterThanOrEqual(0.9);
    expect(
      share(
        bisects.filter((bisect) => bisect.answer.kind === 'commit' && !isRight(bisect)),
        bisects,
      ),
    ).toBeLessThan(0.05);
  });

  it('where nothing changed nothing is found', () => {
    const bisects = simulated(0.5, 0.5);
    expect(
      share(
        bisects.filter(({ answer }) => answer.kind === 'none'),
        bisects,
      ),
    ).toBeGreaterThanOrEqual(0.95);
  });
});

describe('the picture of a posterior', () => {
  it('has a column for each version where there is room, else as many versions in each', () => {
    const chances = [0, ...Array.from({ length: 64 }, (_, i) => (i === 40 ? 1 : 0))];
    expect(posteriorStrip(chances, 80)).toBe(`${'·'.repeat(40)}█${'·'.repeat(23)}`);
    expect(posteriorStrip(chances, 60)).toBe(`${'·'.repeat(20)}█${'·'.repeat(11)}`);
  });
});
