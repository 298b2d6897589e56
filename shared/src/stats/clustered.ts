import { refuseNonFinite } from './refuse.ts';

interface Options {
  /**
   * CR1: the variance times G / (G - 1) for G clusters, so that values in clusters of their own have the ordinary standard
   * error. Without it CR0, as Miller writes it, which is too small for few clusters.
   */
  smallSample?: boolean;
}

/**
 * Standard error of a mean whose values are alike within clusters (problems of one repository): the residuals of a cluster
 * are summed before they are squared (Liang & Zeger, Biometrika 1986; Miller 2024, "Adding Error Bars to Evals", arXiv
 * 2411.00640, §2.2). Of paired differences it is that of the paired difference. `undefined` for fewer than two clusters.
 */
export function clusteredStandardError(
  values: readonly number[],
  clusters: readonly unknown[],
  { smallSample = true }: Options = {},
): number | undefined {
  refuseNonFinite(values, 'value');
  if (values.length !== clusters.length)
    throw new RangeError(`expected a cluster for each of ${values.length} values, got ${clusters.length}`);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const residuals = new Map<unknown, number>();
  for (const [i, value] of values.entries())
    residuals.set(clusters[i], (residuals.get(clusters[i]) ?? 0) + value - mean);
  const count = residuals.size;
  if (count < 2) return undefined;
  const squares = [...residuals.values()].reduce((sum, residual) => sum + residual * residual, 0);
  return Math.sqrt(squares * (smallSample ? count / (count - 1) : 1)) / values.length;
}
