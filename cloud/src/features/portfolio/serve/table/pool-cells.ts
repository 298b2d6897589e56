import type { AmountFigures, TableCell } from '@whetstone/shared/portfolio';
import type { PooledCount } from '../../learn/pool/repository.ts';

/** As cells of a table about these models; of each level those with the most tries. */
export function poolCells(counts: readonly PooledCount[], models: readonly string[], mostCells: number): TableCell[] {
  const indexOf = new Map(models.map((model, index) => [model, index]));
  const cells = new Map<string, TableCell>();
  for (const { level, key, model, n, solved, costN, costSum, timeN, timeSum } of counts) {
    const index = indexOf.get(model);
    if (index === undefined) continue;
    const cell = cells.get(`${level} ${key}`) ?? { level, key, figures: [] };
    cells.set(`${level} ${key}`, cell);
    cell.figures.push({ model: index, n, solved, cost: amountOf(costN, costSum), time: amountOf(timeN, timeSum) });
  }
  const triesOf = ({ figures }: TableCell) => figures.reduce((sum, { n }) => sum + n, 0);
  const ofLevel = (level: PooledCount['level']) =>
    [...cells.values()]
      .filter((cell) => cell.level === level)
      .toSorted((a, b) => triesOf(b) - triesOf(a) || (a.key < b.key ? -1 : 1))
      .slice(0, mostCells);
  return [...ofLevel('global'), ...ofLevel('type')].map((cell) => ({
    ...cell,
    figures: cell.figures.toSorted((a, b) => a.model - b.model),
  }));
}

/**
 * Only the mean is known, so the quantiles are those of an exponential distribution with it: what nine of ten attempts cost is
 * rather put too high than too low, as a cap wants it.
 */
function amountOf(n: number, sum: number): AmountFigures | undefined {
  if (n <= 0) return undefined;
  const mean = sum / n;
  return { n, mean, median: Math.LN2 * mean, p90: Math.LN10 * mean };
}
