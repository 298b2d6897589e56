import type { ReplayTask } from './outcomes.ts';

/** What one model made of the tasks that it tried. */
export interface Single {
  model: number;
  n: number;
  /** Shrunk towards the mean of all models with a weight of 5, so that a model that was tried twice is not the best. */
  rate: number;
  /** Mean US dollars; undefined where no cost is known. */
  costUsd: number | undefined;
}

const weightOfMean = 5;

/** The models that have outcomes, in the order of the file. */
export function singlesOf(tasks: readonly ReplayTask[], models: number): Single[] {
  const n = new Float64Array(models);
  const solved = new Float64Array(models);
  const priced = new Float64Array(models);
  const costs = new Float64Array(models);
  for (const { results } of tasks)
    for (let model = 0; model < models; model++) {
      const result = results[model];
      if (!result) continue;
      n[model]! += 1;
      if (result.solved) solved[model]! += 1;
      if (result.costUsd === undefined) continue;
      priced[model]! += 1;
      costs[model]! += result.costUsd;
    }
  const mean = sumOf(solved) / sumOf(n);
  return Array.from(n, (count, model) => ({
    model,
    n: count,
    rate: (solved[model]! + weightOfMean * mean) / (count + weightOfMean),
    costUsd: priced[model]! > 0 ? costs[model]! / priced[model]! : undefined,
  })).filter((single) => single.n > 0);
}

/** Of the same rate the cheaper one. */
export const bestOf = (singles: readonly Single[]): Single | undefined =>
  singles.toSorted((a, b) => b.rate - a.rate || costOf(a) - costOf(b))[0];

export const cheapestOf = (singles: readonly Single[]): Single | undefined =>
  singles
    .filter(({ costUsd }) => costUsd !== undefined)
    .toSorted((a, b) => costOf(a) - costOf(b) || b.rate - a.rate)[0];

/** The habit that a table of rates would leave in place: of the models within `margin` of the best the dearest. */
export function dearestHabitOf(singles: readonly Single[], margin: number): Single | undefined {
  const best = bestOf(singles);
  return (
    best &&
    singles
      .filter(({ rate, costUsd }) => costUsd !== undefined && rate >= best.rate - margin)
      .toSorted((a, b) => costOf(b) - costOf(a))[0]
  );
}

const costOf = ({ costUsd }: Single) => costUsd ?? Infinity;

const sumOf = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0);
