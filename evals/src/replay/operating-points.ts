import { deliverOne, type Delivered } from './deliver.ts';
import type { ReplayTask } from './outcomes.ts';
import { foldsOf } from './splits.ts';
import { prices, sweep, type Expect } from './sweep.ts';
import { versus, type Versus } from './versus.ts';

/** Indices in `prices`, or undefined where no setting is better in training than the best single model. */
export interface OperatingChoice {
  /** Least cost at no less success than the best single model. */
  equalSuccess: number | undefined;
  /** Most success at no more cost. */
  equalCost: number | undefined;
}

const folds = 5;

/** Chooses settings of a sweep inside the training part, by cross-validation. */
export function chooseSettings(
  train: readonly ReplayTask[],
  best: number,
  fit: (part: readonly ReplayTask[]) => Expect,
  random: () => number,
): OperatingChoice {
  const swept: (Delivered | undefined)[][] = prices.map(() => []);
  const ofBest: (Delivered | undefined)[] = [];
  for (const fold of foldsOf(train, folds, random)) {
    for (const [index, delivered] of sweep(fold.test, fit(fold.train)).entries()) swept[index]!.push(...delivered);
    ofBest.push(...fold.test.map((task) => deliverOne(task, best)));
  }
  const against = swept.map((delivered) => versus(delivered, ofBest));
  return {
    equalSuccess: mostWorth(
      against,
      ({ points, saving = 0 }) => points >= 0 && saving > 0,
      ({ saving }) => saving,
    ),
    equalCost: mostWorth(
      against,
      ({ points, saving = -1 }) => points > 0 && saving >= 0,
      ({ points }) => points,
    ),
  };
}

function mostWorth(
  against: readonly Versus[],
  fits: (one: Versus) => boolean,
  worth: (one: Versus) => number | undefined,
): number | undefined {
  let chosen: number | undefined;
  let most = -Infinity;
  for (const [index, one] of against.entries()) {
    const value = worth(one);
    if (value === undefined || !fits(one) || value <= most) continue;
    [chosen, most] = [index, value];
  }
  return chosen;
}
