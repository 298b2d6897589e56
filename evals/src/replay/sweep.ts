import type { Delivered } from './deliver.ts';
import { deliverOne } from './deliver.ts';
import type { OperatingPoint } from './figures/average-quality.ts';
import type { ReplayTask } from './outcomes.ts';
import { meanOf } from './versus.ts';

/** What a method expects of each model at a task, by the index of the model; a cost of NaN is not known. */
export interface Expectation {
  chances: Float64Array;
  costsUsd: Float64Array;
}

export type Expect = (task: ReplayTask) => Expectation;

/** From success alone to cost alone, in success per US dollar. */
export const prices: readonly number[] = [0, ...Array.from({ length: 41 }, (_, step) => 10 ** (-2 + step / 8))];

/**
 * The model with the greatest chance - price · cost, of those that tried the task, so that each choice can be judged. A
 * model of unknown cost is out.
 */
function chooseAt(price: number, { results }: ReplayTask, { chances, costsUsd }: Expectation): number | undefined {
  let chosen: number | undefined;
  let most = -Infinity;
  for (const [model, result] of results.entries()) {
    const worth = chances[model]! - price * costsUsd[model]!;
    if (result?.costUsd === undefined || Number.isNaN(worth)) continue;
    const isCheaperTie = worth === most && chosen !== undefined && costsUsd[model]! < costsUsd[chosen]!;
    if (worth > most || isCheaperTie) [chosen, most] = [model, worth];
  }
  return chosen;
}

/** What was delivered for each task at each of `prices`; undefined where no model can be chosen. */
export function sweep(tasks: readonly ReplayTask[], expect: Expect): (Delivered | undefined)[][] {
  const expected = tasks.map(expect);
  return prices.map((price) =>
    tasks.map((task, index) => {
      const model = chooseAt(price, task, expected[index]!);
      return model === undefined ? undefined : deliverOne(task, model);
    }),
  );
}

/** The points of a sweep; undefined where nothing could be judged. */
export const pointsOf = (swept: readonly (Delivered | undefined)[][]): OperatingPoint[] =>
  swept.flatMap((delivered) => {
    const point = pointOf(delivered);
    return point ? [point] : [];
  });

function pointOf(delivered: readonly (Delivered | undefined)[]): OperatingPoint | undefined {
  const judged = delivered.flatMap((one) => (one?.costUsd === undefined ? [] : [{ ...one, costUsd: one.costUsd }]));
  if (judged.length === 0) return undefined;
  return {
    costUsd: meanOf(judged.map(({ costUsd }) => costUsd)),
    success: meanOf(judged.map(({ success }) => success)),
  };
}
