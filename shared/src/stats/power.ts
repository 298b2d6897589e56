import { normalQuantile } from './normal.ts';
import { isCount, refuseChance } from './refuse.ts';

export interface PowerPlan {
  problems: number;
  /**
   * On what share of problems two runs of one sample each differ though nothing changed: 2 E[p(1 - p)] over problems' chances
   * to pass. 6 to 12 % is usual, 0 for a subject that always answers the same.
   */
  discordantRate: number;
  /** Variance over problems of the true change; 0 where all drop alike. */
  effectVariance?: number;
  alpha?: number;
  power?: number;
  /** A gate asks for drops alone: one side. */
  sides?: 1 | 2;
}

/**
 * The smallest drop of the pass rate that a paired comparison finds with the wanted power: (z_alpha + z_power) times the
 * standard error sqrt((ω² + 2σ²/k) / n) of k samples of n problems in both runs (Miller 2024, "Adding Error Bars to Evals",
 * arXiv 2411.00640, §5), where 2σ² is the discordant rate.
 */
export function detectableDrop(plan: PowerPlan, samplesPerProblem: number): number {
  if (!isCount(samplesPerProblem) || samplesPerProblem < 1)
    throw new RangeError(`expected one sample per problem or more, got ${samplesPerProblem}`);
  const { problems, discordantRate, effectVariance, factor } = checked(plan);
  return factor * Math.sqrt((effectVariance + discordantRate / samplesPerProblem) / problems);
}

/** How many samples of each problem find a drop with the wanted power; `undefined` where none suffice and problems lack. */
export function samplesForPower(plan: PowerPlan, drop: number): number | undefined {
  if (!(drop > 0)) throw new RangeError(`expected a drop above 0, got ${drop}`);
  const { problems, discordantRate, effectVariance, factor } = checked(plan);
  const left = problems * (drop / factor) ** 2 - effectVariance;
  if (left < 0 || (left === 0 && discordantRate > 0)) return undefined;
  // What is a whole number but for rounding is not to cost one more.
  return discordantRate === 0 ? 1 : Math.max(1, Math.ceil((discordantRate / left) * (1 - 1e-12)));
}

function checked({ problems, discordantRate, effectVariance = 0, alpha = 0.05, power = 0.8, sides = 1 }: PowerPlan) {
  if (!isCount(problems) || problems < 1) throw new RangeError(`expected one problem or more, got ${problems}`);
  if (!(discordantRate >= 0 && discordantRate <= 1))
    throw new RangeError(`expected a discordant rate from 0 to 1, got ${discordantRate}`);
  if (!(effectVariance >= 0)) throw new RangeError(`expected a variance of 0 or more, got ${effectVariance}`);
  refuseChance(alpha, 'alpha');
  refuseChance(power, 'power');
  return {
    problems,
    discordantRate,
    effectVariance,
    factor: normalQuantile(1 - alpha / sides) + normalQuantile(power),
  };
}
