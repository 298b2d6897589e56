import type { Means } from './score.ts';

export interface Limits {
  recall: number | undefined;
  mrr: number | undefined;
}

export interface RetrievalBar {
  measure: 'R@5' | 'MRR@10';
  actual: number;
  atLeast: number;
  isHeld: boolean;
}

/** The mean over all queries decides; its interval says how much another set of them could change that. */
export const barsOf = ({ recallAt5, mrrAt10 }: Means, { recall, mrr }: Limits): RetrievalBar[] => [
  ...(recall === undefined ? [] : [barOf('R@5', recallAt5.mean, recall)]),
  ...(mrr === undefined ? [] : [barOf('MRR@10', mrrAt10.mean, mrr)]),
];

/** Means of sums in another order differ by a rounding, which must not fail a gate. */
const barOf = (measure: RetrievalBar['measure'], actual: number, atLeast: number): RetrievalBar => ({
  measure,
  actual,
  atLeast,
  isHeld: actual >= atLeast - 1e-12,
});
