import type { Arm, Comparison } from '@whetstone/shared/contract';
import {
  cautiousLift,
  chancesToBeBest,
  cupedLift,
  liftOf,
  posteriorOf,
  sequentialTest,
  studentUpperQuantile,
  welchDegreesOfFreedom,
  welchTest,
  wilsonInterval,
  type Estimate,
  type Sample,
} from '@whetstone/shared/stats';

/** What the join says of a variant. Moments are null where no or too few units have an outcome. */
export interface ArmMoments {
  variant: string;
  units: number;
  unitsWithOutcome: number;
  outcomes: number;
  mean: number | null;
  variance: number | null;
  isRate: boolean | null;
  unitsWithPast: number;
  preMean: number | null;
  preVariance: number | null;
  covariance: number | null;
}

export type Better = 'higher' | 'lower';

export type Figures = Omit<Comparison, 'decision'>;

/** The share of all alpha-errors that one of several comparisons may make (Bonferroni). */
export const sharedAlpha = (comparisons: number) => 0.05 / Math.max(1, comparisons);

/** A control nearer to 0 than so many of its standard errors is no measure to divide by. */
const surelyNotZero = 3;

const sampleOf = ({ unitsWithOutcome, mean, variance }: ArmMoments): Sample => ({
  n: unitsWithOutcome,
  mean: mean ?? NaN,
  variance: variance ?? NaN,
});

/** Variants as the answer shows them, with the chance of each to be best where every one that has outcomes varies. */
export function armsOf(moments: readonly ArmMoments[], better: Better, isRate: boolean): Arm[] {
  const measured = moments.filter(({ unitsWithOutcome }) => unitsWithOutcome > 0);
  const canBeJudged = measured.length > 1 && measured.every(({ variance }) => variance !== null && variance > 0);
  const sign = better === 'higher' ? 1 : -1;
  const chances = canBeJudged
    ? chancesToBeBest(
        measured.map((arm) => ({ value: sign * arm.mean!, variance: arm.variance! / arm.unitsWithOutcome })),
      )
    : [];
  return moments.map((arm) => {
    const chance = chances[measured.indexOf(arm)];
    const interval = intervalOf(arm, isRate);
    return {
      variant: arm.variant,
      units: arm.units,
      unitsWithOutcome: arm.unitsWithOutcome,
      outcomes: arm.outcomes,
      ...(arm.mean !== null && { mean: arm.mean }),
      ...(interval && { interval }),
      ...(chance !== undefined && { chanceToBeBest: chance }),
    };
  });
}

function intervalOf({ unitsWithOutcome: n, mean, variance }: ArmMoments, isRate: boolean): Arm['interval'] {
  if (mean === null) return undefined;
  if (isRate) return wilsonInterval(mean * n, n);
  if (variance === null || n < 2) return undefined;
  const half = studentUpperQuantile(0.025, n - 1) * Math.sqrt(variance / n);
  return [mean - half, mean + half];
}

/** Everything but the verdict. */
export function compare(control: ArmMoments, arm: ArmMoments, better: Better, alpha: number): Figures {
  const [a, b] = [sampleOf(control), sampleOf(arm)];
  const lift = liftOf(a, b, 'absolute');
  const cautious = cautiousLift(a, b);
  const adjusted = adjustedOf(control, arm);
  if (!lift || !cautious) return { variant: arm.variant, adjusted };
  const relative = isSurelyNotZero(a) ? liftOf(a, b, 'relative') : undefined;
  const { chanceToWin, risk } = posteriorOf(better === 'higher' ? lift : { ...lift, value: -lift.value });
  return {
    variant: arm.variant,
    absolute: test(lift, a, b),
    ...(relative && { relative: test(relative, a, b) }),
    adjusted,
    sequential: { lift: lift.value, ...sequentialTest(cautious, a.n + b.n, { alpha }), alpha },
    chanceToWin,
    risk: { keepingControl: risk.keepingControl, choosingVariant: risk.choosingTreatment },
  };
}

const test = (lift: Estimate, a: Sample, b: Sample) => ({
  lift: lift.value,
  ...welchTest(lift, welchDegreesOfFreedom(a, b)),
});

const isSurelyNotZero = ({ n, mean, variance }: Sample) => Math.abs(mean) > surelyNotZero * Math.sqrt(variance / n);

function adjustedOf(control: ArmMoments, arm: ArmMoments): Comparison['adjusted'] {
  const unitsWithPast = control.unitsWithPast + arm.unitsWithPast;
  if (unitsWithPast === 0) {
    return { unitsWithPast, why: 'No unit has outcomes from before its first exposure.' };
  }
  const [a, b] = [withPast(control), withPast(arm)];
  const absolute = a && b && cupedLift(a, b, 'absolute');
  if (!absolute) return { unitsWithPast, why: 'Too few units have a past, or it is the same for all of them.' };
  const relative = isSurelyNotZero(a) ? cupedLift(a, b, 'relative') : undefined;
  return {
    unitsWithPast,
    absolute: test(absolute.estimate, absolute.control, absolute.treatment),
    ...(relative && { relative: test(relative.estimate, relative.control, relative.treatment) }),
    varianceReduction: absolute.varianceReduction,
  };
}

function withPast(arm: ArmMoments) {
  const { preMean, preVariance, covariance } = arm;
  return preMean === null || preVariance === null || covariance === null
    ? undefined
    : { ...sampleOf(arm), preMean, preVariance, covariance };
}
