import { deliverOne, type Delivered } from './deliver.ts';
import { averageQuality } from './figures/average-quality.ts';
import { brierOf, calibrationErrorOf, logLossOf, pairAccuracyOf, type Foretold } from './figures/calibration.ts';
import type { ReplayTask } from './outcomes.ts';
import { chooseSettings } from './operating-points.ts';
import { singlesOf } from './singles.ts';
import type { Split } from './splits.ts';
import { pointsOf, sweep, type Expect } from './sweep.ts';
import { accuracyOf, versus } from './versus.ts';

/** US dollars per task that the models of an accuracy under a cap may cost in the mean. */
export const caps = [0.1, 0.3, 0.5, 1] as const;

/** What a method that says a chance for each model and task is worth; undefined is what cannot be known. */
export interface MethodFigures {
  /** Of the setting that training chose: most success at no more than the cost of the best single model. */
  equalCost: { points: number | undefined; accuracy: number | undefined };
  /** Least cost at no less success than the best single model. */
  equalSuccess: { points: number | undefined; saving: number | undefined };
  accuracyUnderCap: (number | undefined)[];
  aiqLinear: number | undefined;
  aiqLog: number | undefined;
  logLoss: number | undefined;
  brier: number | undefined;
  pairAccuracy: number | undefined;
  calibrationError: number | undefined;
}

interface Method {
  fit: (train: readonly ReplayTask[]) => Expect;
  /** Index of the best single model of training. */
  best: number;
  models: number;
  random: () => number;
}

export function measureMethod(
  { train, test }: Split<ReplayTask>,
  { fit, best, models, random }: Method,
): MethodFigures {
  const expect = fit(train);
  const swept = sweep(test, expect);
  const chosen = chooseSettings(train, best, fit, random);
  const ofBest = test.map((task) => deliverOne(task, best));
  const at = (index: number | undefined) => (index === undefined ? ofBest : swept[index]!);
  const equalSuccess = versus(at(chosen.equalSuccess), ofBest);
  const costs = costRange(test, models);
  const aiq = (scale: 'linear' | 'log') => costs && averageQuality(pointsOf(swept), { ...costs, scale });
  return {
    equalCost: {
      points: versus(at(chosen.equalCost), ofBest).points,
      accuracy: accuracyOf(test, at(chosen.equalCost)),
    },
    equalSuccess: { points: equalSuccess.points, saving: equalSuccess.saving },
    accuracyUnderCap: caps.map((cap) => {
      const among = modelsUnder(cap, train, models);
      return accuracyOf(test, likeliest(test, expect, among), among);
    }),
    aiqLinear: aiq('linear'),
    aiqLog: aiq('log'),
    ...estimateFigures(foretold(test, expect)),
  };
}

const estimateFigures = (all: readonly Foretold[]) => ({
  logLoss: logLossOf(all),
  brier: brierOf(all),
  pairAccuracy: pairAccuracyOf(all),
  calibrationError: calibrationErrorOf(all),
});

/** The models that cost no more than the cap in the mean of training. */
export const modelsUnder = (capUsd: number, train: readonly ReplayTask[], models: number): Set<number> =>
  new Set(
    singlesOf(train, models).flatMap(({ model, costUsd }) =>
      costUsd !== undefined && costUsd <= capUsd ? [model] : [],
    ),
  );

const foretold = (tasks: readonly ReplayTask[], expect: Expect): Foretold[] =>
  tasks.flatMap((task) => {
    const { chances } = expect(task);
    return task.results.flatMap((result, model) =>
      result ? [{ chance: chances[model]!, solved: result.solved }] : [],
    );
  });

/** The likeliest of the models allowed that tried the task. */
const likeliest = (
  tasks: readonly ReplayTask[],
  expect: Expect,
  among: ReadonlySet<number>,
): (Delivered | undefined)[] =>
  tasks.map((task) => {
    const { chances } = expect(task);
    let chosen: number | undefined;
    for (const model of among)
      if (task.results[model] && (chosen === undefined || chances[model]! > chances[chosen]!)) chosen = model;
    return chosen === undefined ? undefined : deliverOne(task, chosen);
  });

/** From the cheapest to the dearest single model on the test tasks. */
function costRange(test: readonly ReplayTask[], models: number): { from: number; to: number } | undefined {
  const costs = singlesOf(test, models).flatMap(({ costUsd }) => costUsd ?? []);
  return costs.length === 0 ? undefined : { from: Math.min(...costs), to: Math.max(...costs) };
}
