import { isCount, refuseCounts } from './refuse.ts';

/**
 * The chance that at least one of `k` samples passes, estimated without bias where `c` of `n` passed:
 * 1 - C(n-c, k) / C(n, k), as a product that no factorial overflows (Chen et al. 2021, "Evaluating Large Language Models
 * Trained on Code", arXiv 2107.03374, eq. 1). `undefined` where fewer than k samples were drawn.
 */
export function passAtK(n: number, c: number, k: number): number | undefined {
  const noneOf = allOf(n, n - c, k);
  return noneOf === undefined ? undefined : 1 - noneOf;
}

/**
 * The chance that all of `k` samples pass: C(c, k) / C(n, k) (pass^k of Yao et al. 2024, "τ-bench", arXiv 2406.12045, §3).
 * `undefined` where fewer than k samples were drawn.
 */
export const passHatK = (n: number, c: number, k: number): number | undefined => allOf(n, c, k);

/** The chance that k drawn without replacement from n are all among the `marked`. */
function allOf(n: number, marked: number, k: number): number | undefined {
  refuseCounts(marked, n);
  if (!isCount(k) || k < 1) throw new RangeError(`expected k to be a whole number from 1 on, got ${k}`);
  if (k > n) return undefined;
  if (marked < k) return 0;
  let chance = 1;
  for (let i = 0; i < k; i++) chance *= (marked - i) / (n - i);
  return chance;
}
