import { deliverOne, type Delivered } from './deliver.ts';
import type { ReplayTask } from './outcomes.ts';
import { meanOf } from './versus.ts';

/** One model for every task. */
export const always = (tasks: readonly ReplayTask[], model: number): (Delivered | undefined)[] =>
  tasks.map((task) => deliverOne(task, model));

/** Any of the models that tried the task, each as likely: the mean of what they made of it. */
export const anyAtRandom = (tasks: readonly ReplayTask[]): (Delivered | undefined)[] =>
  tasks.map(({ results }) => {
    const tried = results.filter((result) => result !== undefined);
    if (tried.length === 0) return undefined;
    const priced = tried.flatMap(({ costUsd }) => costUsd ?? []);
    return {
      success: meanOf(tried.map(({ solved }) => Number(solved))),
      costUsd: priced.length === tried.length ? meanOf(priced) : undefined,
      attempts: 1,
    };
  });

/** Knows what comes: the cheapest model that solves the task, else the cheapest that tried it. No method can do better. */
export const oracle = (tasks: readonly ReplayTask[]): (Delivered | undefined)[] =>
  tasks.map((task) => {
    const best = [...task.results.entries()]
      .flatMap(([model, result]) => (result ? [{ model, ...result }] : []))
      .toSorted((a, b) => Number(b.solved) - Number(a.solved) || (a.costUsd ?? Infinity) - (b.costUsd ?? Infinity))[0];
    return best && deliverOne(task, best.model);
  });
