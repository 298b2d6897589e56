import { rateCdf, rateQuantile, rateSd, type Rate } from './beta.ts';
import type { Estimate } from './estimate.ts';

export interface Tie {
  best: Estimate;
  /** Not told apart from the best: P(p >= p_best - margin) >= ½. Cheapest first, unknown costs last. */
  tied: Estimate[];
}

/** @param estimates at least one. */
export function tieOf(estimates: readonly Estimate[], margin: number): Tie {
  const best = estimates.toSorted((a, b) => b.mean - a.mean || byCost(a, b) || a.model - b.model)[0]!;
  const points = pointsOf(best);
  const tied = estimates.filter((one) => one === best || chanceAtLeast(one, best, points, margin) >= 0.5);
  return { best, tied: tied.toSorted((a, b) => byCost(a, b) || b.mean - a.mean || a.model - b.model) };
}

/** Chance that none of the others is better than `one` by more than the margin. */
export function chanceNoneBetter(one: Rate, others: readonly Estimate[], margin: number): number {
  const rivals = others.filter((other) => other !== one && distance(one, other, margin) < clear);
  const chances = pointsOf(one).map((x) => rivals.reduce((all, rival) => all * below(rival, x + margin), 1));
  return chances.reduce((sum, chance) => sum + chance, 0) / chances.length;
}

/** Unknown costs are after all that is known: never free. */
export function byCost(a: Estimate, b: Estimate): number {
  if (!a.cost || !b.cost) return Number(!a.cost) - Number(!b.cost);
  return a.cost.mean - b.cost.mean;
}

function chanceAtLeast(one: Rate, best: Rate, points: readonly number[], margin: number): number {
  const sds = distance(one, best, margin);
  if (Math.abs(sds) > clear) return sds > 0 ? 1 : 0;
  return points.reduce((sum, x) => sum + 1 - below(one, x - margin), 0) / points.length;
}

/** How far `one` with the margin is above the other, in standard deviations. */
const distance = (one: Rate, other: Rate, margin: number) =>
  (one.mean + margin - other.mean) / Math.hypot(rateSd(one), rateSd(other));

const below = (rate: Rate, x: number) => (x <= 0 ? 0 : x >= 1 ? 1 : rateCdf(rate, x));

/** Where a rate lies with equal chances: a mean over them is an integral over its distribution. */
const pointsOf = (rate: Rate) => levels.map((level) => rateQuantile(rate, level));

const levels = Array.from({ length: 32 }, (_, i) => (i + 0.5) / 32);
const clear = 6;
