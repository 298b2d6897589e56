import type { Estimate, Interval, Sample } from './sample.ts';
import { studentTwoSided, studentUpperQuantile } from './student.ts';

/** Degrees of freedom of Welch and Satterthwaite (Welch, Biometrika 1947). */
export function welchDegreesOfFreedom(a: Sample, b: Sample): number {
  const va = a.variance / a.n;
  const vb = b.variance / b.n;
  return (va + vb) ** 2 / (va ** 2 / (a.n - 1) + vb ** 2 / (b.n - 1));
}

export interface Test {
  interval: Interval;
  p: number;
}

/** Two-sided test of no lift and the interval at 1 - alpha; right for one look, planned before. */
export function welchTest(estimate: Estimate, df: number, alpha = 0.05): Test {
  const standardError = Math.sqrt(estimate.variance);
  const half = studentUpperQuantile(alpha / 2, df) * standardError;
  return {
    interval: [estimate.value - half, estimate.value + half],
    p: studentTwoSided(estimate.value / standardError, df),
  };
}
