import type { AmountFigures, CellFigures, TableRescue } from './table.ts';

/** Whether counts are some that can be. One that is not must never break an answer: it is left out, and that is said. */
export const soundFigures = ({ model, n, solved, cost, time }: CellFigures, models: number): boolean =>
  isIndex(model, models) && soundCounts(n, solved) && soundAmount(cost) && soundAmount(time);

export const soundRescue = ({ failed, model, n, solved, costN, costSum }: TableRescue, models: number): boolean =>
  (failed.length === 1 || (failed.length === 2 && failed[0]! < failed[1]!)) &&
  !failed.includes(model) &&
  [model, ...failed].every((index) => isIndex(index, models)) &&
  soundCounts(n, solved) &&
  isAmount(costN) &&
  isAmount(costSum);

/** Fractional counts are sums of roundings. */
const soundCounts = (n: number, solved: number) => isAmount(n) && isAmount(solved) && solved <= n * (1 + 1e-9);

const soundAmount = (amount: AmountFigures | undefined) =>
  amount === undefined || [amount.n, amount.mean, amount.median, amount.p90].every(isAmount);

const isAmount = (value: number) => Number.isFinite(value) && value >= 0;

const isIndex = (index: number, models: number) => Number.isInteger(index) && index >= 0 && index < models;
