import { compileCells, estimateModels, kindOf, type Counts } from '@whetstone/shared/portfolio';
import type { ReplayTask } from '../outcomes.ts';
import { countCells, tableOf } from '../product-table.ts';
import type { Expect } from '../sweep.ts';

interface CellOptions {
  models: readonly string[];
  shrinkage: number;
  used: 'static' | 'cells';
}

/** What the product itself expects, from its cells; with `used` 'static' from the one of all tasks. */
export const expectingCells =
  (options: CellOptions) =>
  (train: readonly ReplayTask[]): Expect =>
    expectingCounts(countCells(train, options.models), options);

export function expectingCounts(counts: Counts, { models, shrinkage, used }: CellOptions): Expect {
  const compiled = compileCells(tableOf(counts, models, { used, shrinkage }));
  const known = new Map<string, ReturnType<Expect>>();
  return ({ likeness }) => {
    const kind = kindOf(compiled, likeness);
    const key = JSON.stringify(kind);
    let expected = known.get(key);
    if (!expected) {
      const estimates = estimateModels(compiled, kind);
      expected = {
        chances: Float64Array.from(estimates, ({ mean }) => mean),
        costsUsd: Float64Array.from(estimates, ({ cost }) => cost?.mean ?? NaN),
      };
      known.set(key, expected);
    }
    return expected;
  };
}
