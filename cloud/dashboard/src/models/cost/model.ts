import type { PortfolioCellView } from '@whetstone/shared/contract';
import type { Dot } from '../../chart/dot.ts';
import { kindKey } from '../cells/model.ts';
import { kindText } from '../texts.ts';

export interface Kind {
  key: string;
  text: string;
}

/** The kinds of task there are, all tasks first, then those with the most tries. Repositories are too many to choose from. */
export function kindsOf(cells: readonly PortfolioCellView[]): Kind[] {
  const tries = new Map<string, { text: string; isWidest: boolean; n: number }>();
  for (const cell of cells) {
    if (cell.level === 'repo') continue;
    const known = tries.get(kindKey(cell));
    tries.set(kindKey(cell), {
      text: kindText(cell),
      isWidest: cell.level === 'global',
      n: (known?.n ?? 0) + cell.n,
    });
  }
  return [...tries]
    .sort(([, a], [, b]) => Number(b.isWidest) - Number(a.isWidest) || b.n - a.n)
    .map(([key, { text }]) => ({ key, text }));
}

export interface Point extends PortfolioCellView {
  costMedianUsd: number;
  /** No other is both cheaper and better. */
  isOnFront: boolean;
}

/** The models at one kind of task whose cost is known, the cheapest first. */
export function pointsOf(cells: readonly PortfolioCellView[], kind: string): Point[] {
  const known = cells
    .filter((cell) => kindKey(cell) === kind)
    .flatMap(({ costMedianUsd, ...cell }) => (costMedianUsd === null ? [] : [{ ...cell, costMedianUsd }]))
    .sort((a, b) => a.costMedianUsd - b.costMedianUsd || b.rate - a.rate);
  let best = -1;
  return known.map((cell) => {
    const isOnFront = cell.rate > best;
    best = Math.max(best, cell.rate);
    return { ...cell, isOnFront };
  });
}

/** As the scatter shows them; in per cent. */
export const dotsOf = (points: readonly Point[], incumbent: string | null): Dot[] =>
  points.map(({ model, costMedianUsd, rate, interval: [low, high], tied, isOnFront }) => ({
    label: model,
    x: costMedianUsd,
    y: rate * 100,
    interval: [low * 100, high * 100] as const,
    isRinged: tied,
    isOnFront,
    isMarked: model === incumbent,
  }));
