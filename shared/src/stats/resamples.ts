import type { Interval } from './sample.ts';

/** Between what quantiles sorted figures lie. */
export const percentiles = (sorted: Float64Array, low: number, high: number): Interval => [
  sortedQuantile(sorted, low),
  sortedQuantile(sorted, high),
];

/** The quantile of sorted figures, between two of them in proportion (Hyndman & Fan 1996, type 7; NumPy's default). */
export function sortedQuantile(sorted: readonly number[] | Float64Array, q: number): number {
  const at = q * (sorted.length - 1);
  const below = Math.floor(at);
  const low = sorted[below]!;
  const next = sorted[below + 1] ?? low;
  // Also where both are infinite, whose difference is no number.
  return next === low ? low : low + (at - below) * (next - low);
}
