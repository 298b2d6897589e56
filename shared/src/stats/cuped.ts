import { sound, type Scale } from './lift.ts';
import type { Estimate, Sample } from './sample.ts';

/** A sample with what the same units did before they were in the experiment. */
export interface CovariateSample extends Sample {
  preMean: number;
  preVariance: number;
  /** Of before and after, with n - 1. */
  covariance: number;
}

export interface Adjusted {
  estimate: Estimate;
  /** The arms with what the past explains taken out, for the degrees of freedom. */
  control: Sample;
  treatment: Sample;
  theta: number;
  /** The share of the variance that is gone, 0 to 1. */
  varianceReduction: number;
}

/**
 * CUPED (Deng et al., "Improving the Sensitivity of Online Controlled Experiments by Utilizing Pre-Experiment Data",
 * WSDM 2013) with one theta from both arms together, as growthbook's gbstats has it: the lift of post - theta·pre, on the
 * relative scale by the delta method with the unadjusted control's mean below the line. `undefined` where the past says
 * nothing: it does not vary.
 */
export function cupedLift(a: CovariateSample, b: CovariateSample, scale: Scale): Adjusted | undefined {
  if (a.n < 2 || b.n < 2) return undefined;
  const theta = pooledTheta(a, b);
  if (theta === undefined) return undefined;
  const control = adjusted(a, theta);
  const treatment = adjusted(b, theta);
  const [va, vb] = [control.variance / a.n, treatment.variance / b.n];
  const estimate = sound(scale === 'absolute' ? absolute(control, treatment) : relative(a, b, theta));
  if (!estimate) return undefined;
  const before = a.variance / a.n + b.variance / b.n;
  return { estimate, control, treatment, theta, varianceReduction: before > 0 ? 1 - (va + vb) / before : 0 };
}

const absolute = (control: Sample, treatment: Sample): Estimate => ({
  value: treatment.mean - control.mean,
  variance: control.variance / control.n + treatment.variance / treatment.n,
});

/** The control's mean is above and below the line: its covariance with itself counts. */
function relative(a: CovariateSample, b: CovariateSample, theta: number): Estimate {
  const unit = Math.abs(a.mean);
  const slope = -b.mean / a.mean;
  const control = a.variance * slope ** 2 + 2 * theta * a.covariance * slope + theta ** 2 * a.preVariance;
  return {
    value: (adjusted(b, theta).mean - adjusted(a, theta).mean) / unit,
    variance: adjusted(b, theta).variance / (b.n * unit ** 2) + control / (a.n * unit ** 2),
  };
}

const adjusted = ({ n, mean, variance, preMean, preVariance, covariance }: CovariateSample, theta: number): Sample => ({
  n,
  mean: mean - theta * preMean,
  variance: Math.max(0, variance - 2 * theta * covariance + theta ** 2 * preVariance),
});

/** The slope of after on before over the units of both arms together, arms' means included. */
function pooledTheta(a: CovariateSample, b: CovariateSample): number | undefined {
  const between = (a.n * b.n) / (a.n + b.n);
  const cross =
    (a.n - 1) * a.covariance + (b.n - 1) * b.covariance + between * (a.mean - b.mean) * (a.preMean - b.preMean);
  const square = (a.n - 1) * a.preVariance + (b.n - 1) * b.preVariance + between * (a.preMean - b.preMean) ** 2;
  return square > 0 ? cross / square : undefined;
}
