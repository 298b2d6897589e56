import type { ReplayTask, TaskFacts } from '../outcomes.ts';

/** Chances, by the index of the model, that it solves a task of which only this is known. */
export interface Predictor {
  predict(task: TaskFacts): Float64Array;
}

/** Learns from tasks whose results are known; `models` is how many there are, tried or not. */
export type Fit = (train: readonly ReplayTask[], models: number) => Predictor;
