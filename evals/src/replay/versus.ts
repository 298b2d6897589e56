import type { Delivered } from './deliver.ts';
import type { ReplayTask } from './outcomes.ts';

/** A way of choosing held against another one, on the test tasks of which both can be judged. */
export interface Versus {
  /** Share solved. */
  success: number;
  /** Mean US dollars per task; undefined where no cost is known. */
  costUsd: number | undefined;
  /** Success less the other's, in points. */
  points: number;
  /** Success over the other's, less 1. */
  gain: number | undefined;
  /** 1 - cost over the other's. */
  saving: number | undefined;
  attempts: number;
  /** Share of the test tasks that could be judged. */
  judged: number;
}

export function versus(mine: readonly (Delivered | undefined)[], other: readonly (Delivered | undefined)[]): Versus {
  const pairs = mine.flatMap((one, index) => {
    const against = other[index];
    return one && against ? [{ one, against }] : [];
  });
  const priced = pairs.filter(({ one, against }) => one.costUsd !== undefined && against.costUsd !== undefined);
  const success = meanOf(pairs.map(({ one }) => one.success));
  const otherSuccess = meanOf(pairs.map(({ against }) => against.success));
  const costUsd = priced.length === 0 ? undefined : meanOf(priced.map(({ one }) => one.costUsd ?? 0));
  const otherCostUsd = priced.length === 0 ? undefined : meanOf(priced.map(({ against }) => against.costUsd ?? 0));
  return {
    success,
    costUsd,
    points: 100 * (success - otherSuccess),
    gain: otherSuccess > 0 ? success / otherSuccess - 1 : undefined,
    saving: costUsd === undefined || !otherCostUsd ? undefined : 1 - costUsd / otherCostUsd,
    attempts: meanOf(pairs.map(({ one }) => one.attempts)),
    judged: mine.length === 0 ? 0 : pairs.length / mine.length,
  };
}

/**
 * ACC of the research: success over the share of tasks that any model solves, both on the tasks that can be judged;
 * `among` leaves only some models in the denominator.
 */
export function accuracyOf(
  tasks: readonly ReplayTask[],
  delivered: readonly (Delivered | undefined)[],
  among?: ReadonlySet<number>,
): number | undefined {
  let solved = 0;
  let solvable = 0;
  for (const [index, { results }] of tasks.entries()) {
    const one = delivered[index];
    if (!one) continue;
    solved += one.success;
    if (results.some((result, model) => result?.solved && (among?.has(model) ?? true))) solvable += 1;
  }
  return solvable === 0 ? undefined : solved / solvable;
}

/** NaN of nothing: the caller leaves such a figure out. */
export const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
