import type { Estimate, Sample } from './sample.ts';

export type Scale = 'absolute' | 'relative';

/**
 * How much more the treatment has than the control: mb - ma with variance va + vb, or relative to |ma| by the delta
 * method, (mb - ma)/|ma| with variance vb/ma² + va·mb²/ma⁴ (Deng et al., "Applying the Delta Method in Metric
 * Analytics", 2018), where va and vb are the variances of the means. `undefined` where it has no meaning: fewer than two
 * units in an arm, no variance at all, or a control of 0 to compare with.
 */
export function liftOf(control: Sample, treatment: Sample, scale: Scale): Estimate | undefined {
  if (control.n < 2 || treatment.n < 2) return undefined;
  const va = control.variance / control.n;
  const vb = treatment.variance / treatment.n;
  const difference = treatment.mean - control.mean;
  if (scale === 'absolute') return sound({ value: difference, variance: va + vb });
  const square = control.mean ** 2;
  if (square === 0) return undefined;
  return sound({
    value: difference / Math.abs(control.mean),
    variance: vb / square + (va * treatment.mean ** 2) / square ** 2,
  });
}

/**
 * The absolute lift with the larger of two variances: that of the arms as they are, and that of arms which are alike, all
 * units around one mean (of rates the score test's, p(1 - p)(1/na + 1/nb)). A small arm beside a large one says little about
 * its own variance: 20 successes of 20 have none, and yet 95 of 100 do as well 36 % of the time. What is looked at again and
 * again meets such a moment sooner or later. Where the arms are of one size, the two differ by next to nothing.
 */
export function cautiousLift(control: Sample, treatment: Sample): Estimate | undefined {
  const lift = liftOf(control, treatment, 'absolute');
  if (!lift) return undefined;
  const [a, b] = [control, treatment];
  const within = (a.n - 1) * a.variance + (b.n - 1) * b.variance;
  const between = ((a.n * b.n) / (a.n + b.n)) * lift.value ** 2;
  const alike = ((within + between) / (a.n + b.n - 1)) * (1 / a.n + 1 / b.n);
  return { value: lift.value, variance: Math.max(lift.variance, alike) };
}

/** Nothing is claimed from an estimate without variance: identical values say little about what comes next. */
export const sound = (estimate: Estimate): Estimate | undefined =>
  estimate.variance > 0 && Number.isFinite(estimate.variance) && Number.isFinite(estimate.value) ? estimate : undefined;
