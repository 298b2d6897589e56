import type { ReplayTask } from './outcomes.ts';

/** Chances that a check accepts what is wrong, and rejects what is right. */
export interface Verifier {
  falseAccept: number;
  falseReject: number;
}

/** What a task comes to in expectation over what the verifier says. */
export interface Delivered {
  success: number;
  /** US dollars of all attempts; undefined where one is not known. */
  costUsd: number | undefined;
  attempts: number;
}

/**
 * A sequence of models at a task whose results are known: each is asked when the one before was rejected, the last one's
 * answer is taken. success = Σ reach · accept · solved, cost = Σ reach · cost, reach of the next = reach · (1 - accept).
 * Undefined where a model that would be reached did not try the task: it cannot be judged.
 */
export function deliver(
  { results }: ReplayTask,
  sequence: readonly number[],
  { falseAccept, falseReject }: Verifier,
): Delivered | undefined {
  let reach = 1;
  let success = 0;
  let attempts = 0;
  let costUsd: number | undefined = 0;
  for (const [place, model] of sequence.entries()) {
    if (reach === 0) break;
    const result = results[model];
    if (!result) return undefined;
    const isLast = place === sequence.length - 1;
    const accept = isLast ? 1 : result.solved ? 1 - falseReject : falseAccept;
    if (result.solved) success += reach * accept;
    costUsd = costUsd === undefined || result.costUsd === undefined ? undefined : costUsd + reach * result.costUsd;
    attempts += reach;
    reach *= 1 - accept;
  }
  return attempts === 0 ? undefined : { success, costUsd, attempts };
}

/** One model, whatever it makes of the task. */
export const deliverOne = (task: ReplayTask, model: number): Delivered | undefined =>
  deliver(task, [model], { falseAccept: 1, falseReject: 0 });
