import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bestPlan, planCandidates, playOut } from '../../src/portfolio/plan.ts';
import { rescueKey, rescueOdds } from '../../src/portfolio/rescue.ts';
import type { Estimate } from '../../src/portfolio/estimate.ts';
import type { TableRescue } from '../../src/portfolio/table.ts';

describe('a plan', () => {
  it('succeeds and costs what two steps come to by hand', () => {
    // A solves 60 % for $1, B 70 % for $4; after A failed B solved 30 of 90 for $6 each: (30 + 10·.35) / 100 = .335.
    const odds = oddsOf([estimate(0, 0.6, 1), estimate(1, 0.7, 4)], [rescue([0], 1, 90, 30, 6)]);
    const costAfter = (90 * 6 + 5 * 4) / 95;
    const perfect = playOut([0, 1], odds, { falseAccept: 0, falseReject: 0 });
    expect(perfect.success).toBeCloseTo(0.6 + 0.4 * 0.335, 12);
    expect(perfect.costUsd).toBeCloseTo(1 + 0.4 * costAfter, 12);
    expect(perfect.attempts).toBeCloseTo(1.4, 12);

    // A right answer that is rejected comes again: what B solves of A's solved tasks follows from its 70 % of all.
    const afterRight = (0.7 - 0.4 * 0.335) / 0.6;
    const checked = playOut([0, 1], odds, { falseAccept: 0.1, falseReject: 0.2 });
    expect(checked.steps[1]!.reach).toBeCloseTo(0.6 * 0.2 + 0.4 * 0.9, 12);
    expect(checked.success).toBeCloseTo(0.6 * 0.8 + 0.4 * 0.9 * 0.335 + 0.6 * 0.2 * afterRight, 12);
    expect(checked.steps[1]!.success).toBeCloseTo((0.36 * 0.335 + 0.12 * afterRight) / 0.48, 12);
  });

  it('comes to what playing it on every possible outcome of three models comes to', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 1_000 }), { minLength: 8, maxLength: 8 }),
        fc.double({ min: 0, max: 0.2, noNaN: true }),
        fc.double({ min: 0, max: 0.3, noNaN: true }),
        (weights, falseAccept, falseReject) => {
          const joint = jointOf(weights);
          const plan = playOut([2, 0, 1], joint.odds, { falseAccept, falseReject });
          let [success, costUsd] = [0, 0];
          for (const { solved, chance } of joint.outcomes) {
            let reach = chance;
            for (const [place, model] of [2, 0, 1].entries()) {
              const accepted = place === 2 ? 1 : solved[model] ? 1 - falseReject : falseAccept;
              if (solved[model]) success += reach * accepted;
              costUsd += reach * (model + 1);
              reach *= 1 - accepted;
            }
          }
          expect(plan.success).toBeCloseTo(success, 9);
          expect(plan.costUsd).toBeCloseTo(costUsd, 9);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('is the cheapest of all orders that is good enough, or the best of those within the cost', () => {
    const estimates = [estimate(0, 0.5, 1), estimate(1, 0.6, 3), estimate(2, 0.7, 10)];
    const search = {
      odds: oddsOf(estimates, []),
      verifier: { falseAccept: 0.05, falseReject: 0.05 },
      fits: () => true,
    };
    const orders = [
      [0, 1],
      [0, 2],
      [1, 0],
      [1, 2],
      [2, 0],
      [2, 1],
      [0, 1, 2],
      [0, 2, 1],
      [1, 0, 2],
      [1, 2, 0],
      [2, 0, 1],
      [2, 1, 0],
    ].map((order) => playOut(order, search.odds, search.verifier));
    const saving = bestPlan([0, 1, 2], { ...search, longest: 3, goal: { kind: 'save', success: 0.7 } });
    expect(saving?.costUsd).toBe(Math.min(...orders.filter((one) => one.success >= 0.7).map((one) => one.costUsd)));
    const solving = bestPlan([0, 1, 2], { ...search, longest: 3, goal: { kind: 'solve', costUsd: 5 } });
    expect(solving?.success).toBe(Math.max(...orders.filter((one) => one.costUsd <= 5).map((one) => one.success)));
    expect(bestPlan([0, 1, 2], { ...search, longest: 1, goal: { kind: 'save', success: 0 } })).toBeUndefined();
  });

  it('has no place for a model that another one beats by three points for no more money, nor for an unknown price', () => {
    const unpriced = { ...estimate(4, 0.9, 0), cost: undefined };
    expect(
      planCandidates([estimate(0, 0.5, 1), estimate(1, 0.6, 1), estimate(2, 0.58, 2), estimate(3, 0.8, 5), unpriced]),
    ).toEqual([1, 2, 3]);
  });

  it('is searched among twelve at most, those first that nobody beats in both', () => {
    const estimates = Array.from({ length: 60 }, (_, i) => estimate(i, 0.5 + i / 200, 1 + i / 10));
    const dominated = Array.from({ length: 60 }, (_, i) => estimate(60 + i, 0.499 + i / 200, 1 + i / 10));
    const candidates = planCandidates([...dominated, ...estimates]);
    expect(candidates).toHaveLength(12);
    expect(candidates.every((model) => model < 60)).toBe(true);
  });
});

const estimate = (model: number, mean: number, costUsd: number): Estimate => ({
  model,
  mean,
  weight: 100,
  level: 'global',
  n: 100,
  solved: 100 * mean,
  pooledShare: 0,
  cost: { mean: costUsd, p90: costUsd, weight: 100 },
  time: undefined,
});

const rescue = (failed: number[], model: number, n: number, solved: number, costUsd: number): TableRescue => ({
  failed,
  model,
  n,
  solved,
  costN: n,
  costSum: n * costUsd,
});

const oddsOf = (estimates: Estimate[], rescues: TableRescue[]) =>
  rescueOdds(new Map(rescues.map((one) => [rescueKey(one.failed, one.model), one])), estimates);

/** Three models whose outcomes hang together in any way; counts are so large that the prior is nothing. */
function jointOf(weights: number[]) {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const outcomes = weights.map((weight, bits) => ({
    solved: [0, 1, 2].map((model) => ((bits >> model) & 1) === 1),
    chance: weight / total,
  }));
  const chance = (fits: (solved: boolean[]) => boolean) =>
    outcomes.reduce((sum, outcome) => sum + (fits(outcome.solved) ? outcome.chance : 0), 0);
  const estimates = [0, 1, 2].map((model) =>
    estimate(
      model,
      chance((solved) => solved[model]!),
      model + 1,
    ),
  );
  const rescues = [[0], [1], [2], [0, 1], [0, 2], [1, 2]].flatMap((failed) =>
    [0, 1, 2]
      .filter((model) => !failed.includes(model))
      .map((model) => {
        const before = chance((solved) => failed.every((one) => !solved[one]));
        const saved = chance((solved) => failed.every((one) => !solved[one]) && solved[model]!);
        return rescue(failed, model, 1e15, (1e15 * saved) / before, model + 1);
      }),
  );
  return { outcomes, odds: oddsOf(estimates, rescues) };
}
