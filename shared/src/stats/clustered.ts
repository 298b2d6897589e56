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
  values: readonly number[] | Float64Array,
  clusters: readonly unknown[],
  { smallSample = true }: Options = {},
): number | undefined {
  refuseNonFinite(values, 'value');
  if (values.length !== clusters.length)
    throw new RangeError(`expected a cluster for each of ${values.length} values, got ${clusters.length}`);
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  const mean = sum / values.length;
  const residuals = new Map<unknown, number>();
  for (let i = 0; i < values.length; i++)
    residuals.set(clusters[i], (residuals.get(clusters[i]) ?? 0) + values[i]! - mean);
  const count = residuals.size;
  if (count < 2) return undefined;
  let squares = 0;
  for (const residual of residuals.values()) squares += residual * residual;
  return Math.sqrt(squares * (smallSample ? count / (count - 1) : 1)) / values.length;
}
