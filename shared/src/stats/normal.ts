import { upperGamma } from './gamma.ts';
import { quantileOf } from './quantile.ts';

/** P(Z > z). Keeps its digits far out: `1 - cdf` would be 0 beyond z = 8.3. */
export function normalSurvival(z: number): number {
  const tail = 0.5 * upperGamma(0.5, 0.5 * z * z);
  return z >= 0 ? tail : 1 - tail;
}

export const normalCdf = (z: number): number => normalSurvival(-z);

export const normalDensity = (z: number): number => Math.exp(-0.5 * z * z) / Math.sqrt(2 * Math.PI);

/** The z with P(Z <= z) = p. */
export function normalQuantile(p: number): number {
  return quantileOf(p, { survival: normalSurvival, density: normalDensity });
}
