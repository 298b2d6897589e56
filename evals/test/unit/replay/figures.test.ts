import { describe, expect, it } from 'vitest';
import { deliver } from '../../../src/replay/deliver.ts';
import { averageQuality } from '../../../src/replay/figures/average-quality.ts';
import { brierOf, calibrationErrorOf, pairAccuracyOf } from '../../../src/replay/figures/calibration.ts';
import type { ReplayTask } from '../../../src/replay/outcomes.ts';
import { splitsOf } from '../../../src/replay/splits.ts';
import { accuracyOf, versus } from '../../../src/replay/versus.ts';

const result = (solved: boolean, costUsd?: number) => ({ solved, costUsd, timeMs: undefined });
const task = (...results: ReplayTask['results']): ReplayTask => ({
  id: 't',
  likeness: {},
  repoSize: undefined,
  issueChars: undefined,
  results,
});

describe('a sequence at a task', () => {
  const verifier = { falseAccept: 0.1, falseReject: 0.2 };

  it('is followed in expectation over what the verifier says', () => {
    const failedThenSolved = deliver(task(result(false, 1), result(true, 10)), [0, 1], verifier)!;
    expect(failedThenSolved.success).toBeCloseTo(0.9);
    expect(failedThenSolved.costUsd).toBeCloseTo(10);
    expect(failedThenSolved.attempts).toBeCloseTo(1.9);
    const solvedThenFailed = deliver(task(result(true, 1), result(false, 10)), [0, 1], verifier)!;
    expect(solvedThenFailed.success).toBeCloseTo(0.8);
    expect(solvedThenFailed.costUsd).toBeCloseTo(3);
  });

  it('does not need what is never reached, and cannot be judged without what is', () => {
    const perfect = { falseAccept: 0, falseReject: 0 };
    expect(deliver(task(result(true, 1), undefined), [0, 1], perfect)).toEqual({ success: 1, costUsd: 1, attempts: 1 });
    expect(deliver(task(result(false, 1), undefined), [0, 1], perfect)).toBeUndefined();
  });

  it('costs nobody knows what where a cost is not known', () => {
    expect(deliver(task(result(false), result(true, 1)), [0, 1], verifier)?.costUsd).toBeUndefined();
  });
});

describe('two ways of choosing', () => {
  it('are compared where both can be judged, and in cost where both are priced', () => {
    const one = (success: number, costUsd?: number) => ({ success, costUsd, attempts: 1 });
    const mine = [one(1, 1), one(0, 1), undefined, one(1)];
    const other = [one(1, 4), one(1, 4), one(1, 4), one(0, 4)];
    expect(versus(mine, other)).toMatchObject({ points: 0, saving: 0.75, judged: 0.75 });
  });

  it('are accurate by what any model could solve', () => {
    const tasks = [task(result(true), result(false)), task(result(false), result(true)), task(result(false))];
    const first = tasks.map((one) => deliver(one, [0], { falseAccept: 0, falseReject: 0 }));
    expect(accuracyOf(tasks, first)).toBe(0.5);
    expect(accuracyOf(tasks, first, new Set([0]))).toBe(1);
  });
});

describe('the figures of estimates', () => {
  it('are those of the definitions', () => {
    const all = [
      { chance: 0.9, solved: true },
      { chance: 0.95, solved: false },
      { chance: 0.2, solved: false },
    ];
    expect(brierOf(all)).toBeCloseTo((0.01 + 0.9025 + 0.04) / 3);
    expect(pairAccuracyOf(all)).toBeCloseTo(2 / 3);
    expect(calibrationErrorOf(all)).toBeCloseTo((Math.abs(0.9 + 0.95 - 1) + 0.2) / 3);
    expect(calibrationErrorOf([])).toBeUndefined();
  });

  it('take the mean height of the upper hull, flat after its highest point', () => {
    const points = [
      { costUsd: 0, success: 0 },
      { costUsd: 1, success: 1 },
      { costUsd: 0.5, success: 0.2 },
      { costUsd: 2, success: 0.7 },
    ];
    expect(averageQuality(points, { from: 0, to: 2, scale: 'linear' })).toBeCloseTo(0.75, 3);
  });
});

describe('splits', () => {
  const tasks = Array.from({ length: 100 }, (_, index) => ({ index, repo: index % 10 === 0 ? 'small' : 'big' }));
  const split = (seed: number) => splitsOf(tasks, ({ repo }) => repo, { splits: 3, seed, trainShare: 0.6 });

  it('keep the share of each repository, lose nobody, and are the same for the same seed', () => {
    for (const { train, test } of split(1)) {
      expect(train.filter(({ repo }) => repo === 'small')).toHaveLength(6);
      expect(new Set([...train, ...test]).size).toBe(100);
      expect(train).toHaveLength(60);
    }
    expect(split(1)).toEqual(split(1));
    expect(split(1)).not.toEqual(split(2));
  });
});
