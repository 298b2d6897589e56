import { normalCdf, normalDensity, normalQuantile } from './normal.ts';
import type { Estimate, Interval } from './sample.ts';

export interface Posterior {
  mean: number;
  standardDeviation: number;
  /** Probability that the lift is above 0. */
  chanceToWin: number;
  interval: Interval;
  /** What is lost on average by staying with the control, and by choosing the treatment, where that is the wrong choice. */
  risk: { keepingControl: number; choosingTreatment: number };
}

/**
 * Normal posterior of a lift: N(d, V), weighted by precision with a normal prior if there is one (Gelman et al., Bayesian
 * Data Analysis 3rd ed. §2.5). Risk is E max(d, 0) and E max(-d, 0).
 */
export function posteriorOf({ value, variance }: Estimate, prior?: Prior, alpha = 0.05): Posterior {
  const precision = 1 / variance + (prior ? 1 / prior.variance : 0);
  const mean = (value / variance + (prior ? prior.mean / prior.variance : 0)) / precision;
  const sd = Math.sqrt(1 / precision);
  const half = normalQuantile(1 - alpha / 2) * sd;
  const gain = (d: number) => d * normalCdf(d / sd) + sd * normalDensity(d / sd);
  return {
    mean,
    standardDeviation: sd,
    chanceToWin: normalCdf(mean / sd),
    interval: [mean - half, mean + half],
    risk: { keepingControl: Math.max(0, gain(mean)), choosingTreatment: Math.max(0, gain(-mean)) },
  };
}

export interface Prior {
  mean: number;
  variance: number;
}
