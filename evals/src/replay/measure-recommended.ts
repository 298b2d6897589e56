import { always } from './baselines.ts';
import type { Delivered, Verifier } from './deliver.ts';
import { caps, modelsUnder } from './measure-method.ts';
import type { ReplayTask } from './outcomes.ts';
import { askProduct, follow, type Product } from './product-choice.ts';
import type { Split } from './splits.ts';
import { accuracyOf, meanOf, versus } from './versus.ts';

/** One model for each task, held against others. Points and gain are of success, saving is of cost. */
export interface ChoiceFigures {
  success: number | undefined;
  costUsd: number | undefined;
  accuracy: number | undefined;
  points: number | undefined;
  gain: number | undefined;
  saving: number | undefined;
  /** Share of the test tasks that could be judged. */
  judged: number | undefined;
}

export function choiceFigures(
  test: readonly ReplayTask[],
  delivered: readonly (Delivered | undefined)[],
  other: number,
): ChoiceFigures {
  const { success, costUsd, points, gain, saving, judged } = versus(delivered, always(test, other));
  return { success, costUsd, accuracy: accuracyOf(test, delivered), points, gain, saving, judged };
}

/** What the product recommends without a check: the cheapest of the tied models. */
export const recommendedOnce = (
  test: readonly ReplayTask[],
  product: Product,
  margin: number,
): (Delivered | undefined)[] => {
  const ask = askProduct(product, { margin });
  return test.map((task) => follow(task, ask(task), product.models, undefined));
};

/** Accuracy where only models are allowed whose mean cost is below a cap; one for each of `caps`. */
export const recommendedUnderCaps = (
  { train, test }: Split<ReplayTask>,
  product: Product,
  margin: number,
): (number | undefined)[] =>
  caps.map((cap) => {
    const among = modelsUnder(cap, train, product.models.length);
    if (among.size === 0) return undefined;
    const ask = askProduct(product, { margin, allow: [...among].map((model) => product.models[model]!) });
    return accuracyOf(
      test,
      test.map((task) => follow(task, ask(task), product.models, undefined)),
      among,
    );
  });

/** What a project may ask of a plan. */
export interface PlanAim {
  goal: 'save' | 'solve';
  /** For solve: of the cost of the best single model. */
  costShare: number;
}

export interface PlanFigures extends ChoiceFigures {
  attempts: number | undefined;
  /** What the plans were expected to cost over what they cost. */
  expectedOverRealCost: number | undefined;
}

/** The product's plans against the best single model of training as the incumbent, by expectation over the verifier. */
export function measurePlans(
  test: readonly ReplayTask[],
  product: Product,
  { best, verifier, aim, margin }: { best: number; verifier: Verifier; aim: PlanAim; margin: number },
): PlanFigures {
  const incumbent = product.models[best]!;
  const ask = askProduct(product, { margin, goal: aim.goal, solveCostShare: aim.costShare, incumbent }, verifier);
  const answers = test.map(ask);
  const delivered = test.map((task, index) => follow(task, answers[index]!, product.models, verifier));
  const priced = delivered.flatMap((one, index) => {
    const expected = answers[index]!.estimatedCost;
    return one?.costUsd === undefined || expected === null ? [] : [{ expected, real: one.costUsd }];
  });
  return {
    ...choiceFigures(test, delivered, best),
    attempts: versus(delivered, always(test, best)).attempts,
    expectedOverRealCost:
      priced.length === 0
        ? undefined
        : meanOf(priced.map(({ expected }) => expected)) / meanOf(priced.map(({ real }) => real)),
  };
}
