import type { ReplayTask } from '../outcomes.ts';
import { singlesOf } from '../singles.ts';
import type { Expect } from '../sweep.ts';
import type { Fit } from './predictor.ts';

/** A way of predicting success with each model's mean cost of training beside it. */
export const expecting =
  (fit: Fit, models: number) =>
  (train: readonly ReplayTask[]): Expect => {
    const { predict } = fit(train, models);
    const costsUsd = new Float64Array(models).fill(NaN);
    for (const { model, costUsd } of singlesOf(train, models)) costsUsd[model] = costUsd ?? NaN;
    return (task) => ({ chances: predict(task), costsUsd });
  };
