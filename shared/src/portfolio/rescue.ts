import type { TableRescue } from './table.ts';
import type { Estimate } from './estimate.ts';

/** What is to be expected of a model after some have failed at the task, and others solved it without being believed. */
export interface RescueOdds {
  solves(model: number, failed: readonly number[], rejected: readonly number[]): number;
  /** US dollars; NaN where the model's cost is not known. */
  costUsd(model: number, failed: readonly number[], rejected: readonly number[]): number;
}

/**
 * P(m solves | F failed) = (s_F + 10·p_m·½^|F|) / (n_F + 10), of the tasks that all of F failed and m was asked at. Costs are
 * counted on those tasks too, since what others fail takes longer.
 *
 * Where a right answer was rejected, the law of total probability tells the rest: P(m) is known over all tasks and over
 * those that the other failed, so it is over those that the other solved.
 */
export function rescueOdds(rescues: ReadonlyMap<string, TableRescue>, estimates: readonly Estimate[]): RescueOdds {
  const after = (failed: readonly number[], model: number) => rescues.get(rescueKey(failed, model));

  function solves(model: number, failed: readonly number[], rejected: readonly number[]): number {
    const [other, ...rest] = rejected;
    if (other !== undefined) {
      const right = solves(other, failed, rest);
      if (right <= 0) return solves(model, failed, rest);
      const wrong = (1 - right) * solves(model, [...failed, other], rest);
      return Math.min(1, Math.max(0, (solves(model, failed, rest) - wrong) / right));
    }
    const { mean } = estimates[model]!;
    if (failed.length === 0) return mean;
    const counted = after(failed, model);
    return ((counted?.solved ?? 0) + priorTasks * mean * 0.5 ** failed.length) / ((counted?.n ?? 0) + priorTasks);
  }

  function costUsd(model: number, failed: readonly number[], rejected: readonly number[]): number {
    const [other, ...rest] = rejected;
    const usual = estimates[model]!.cost?.mean ?? NaN;
    if (other !== undefined) {
      const right = solves(other, failed, rest);
      const all = costUsd(model, failed, rest);
      if (right <= 0) return all;
      return Math.min(all, Math.max(0, (all - (1 - right) * costUsd(model, [...failed, other], rest)) / right));
    }
    if (failed.length === 0) return usual;
    const wider =
      failed.length === 1 ? usual : failed.reduce((sum, one) => sum + costUsd(model, [one], []), 0) / failed.length;
    const { costN = 0, costSum = 0 } = after(failed, model) ?? {};
    return (costSum + priorCosts * wider) / (costN + priorCosts);
  }

  return { solves, costUsd };
}

export const rescueKey = (failed: readonly number[], model: number): string =>
  failed.length === 2 && failed[0]! > failed[1]! ? `${failed[1]},${failed[0]},${model}` : `${failed.join()},${model}`;

const priorTasks = 10;
/** What a rescue costs is known from few: a single dear one must not decide. */
const priorCosts = 5;
