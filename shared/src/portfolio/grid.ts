/** Amounts as whole numbers: the logarithm, rounded. What comes off a grid goes back to the same place on it. */
export interface Grid {
  /** Ratio of two neighbours. */
  ratio: number;
  /** Up where a cap must not get looser by the rounding. */
  round: 'near' | 'up';
}

/** Means to half a percent; median and p90 are off by up to 5 % already, see amounts.ts. */
export const grids = {
  mean: { ratio: 1.01, round: 'near' },
  median: { ratio: 1.05, round: 'near' },
  p90: { ratio: 1.02, round: 'up' },
} satisfies Record<string, Grid>;

export function gridIndex({ ratio, round }: Grid, amount: number): number {
  if (amount < smallest) return zero;
  const exact = Math.log(amount) / Math.log(ratio);
  // The logarithm of what came off the grid is whole but for a rounding.
  return round === 'near' ? Math.round(exact) : Math.ceil(exact - 1e-6);
}

export const gridAmount = ({ ratio }: Grid, index: number): number => (index === zero ? 0 : ratio ** index);

/** Below every index: at the finest ratio 1e-12 has -2,777. */
const zero = -9_999;
const smallest = 1e-12;
