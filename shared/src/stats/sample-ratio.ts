import { chiSquareSurvival } from './chi-square.ts';

/** One draw of units by known odds: how many each arm got, and the weight it had. */
export interface Allocation {
  observed: number;
  weight: number;
}

/**
 * Sample ratio mismatch: the probability of arms at least this uneven if the units fell by the weights (Pearson's
 * chi-square; Fabijan et al., "Diagnosing Sample Ratio Mismatch in Online Controlled Experiments", KDD 2019). Several draws
 * with odds of their own add up. An arm of weight 0 or without units and rivals drops out: 1 when nothing is left to compare.
 */
export function sampleRatioP(draws: readonly (readonly Allocation[])[]): number {
  let statistic = 0;
  let df = 0;
  for (const draw of draws) {
    const arms = draw.filter(({ weight }) => weight > 0);
    const units = arms.reduce((sum, { observed }) => sum + observed, 0);
    const weights = arms.reduce((sum, { weight }) => sum + weight, 0);
    if (arms.length < 2 || units === 0) continue;
    df += arms.length - 1;
    for (const { observed, weight } of arms) {
      const expected = (units * weight) / weights;
      statistic += (observed - expected) ** 2 / expected;
    }
  }
  return df === 0 ? 1 : chiSquareSurvival(statistic, df);
}
