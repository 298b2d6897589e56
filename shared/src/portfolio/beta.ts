import { incompleteBeta, logBeta } from '../stats/index.ts';

/** A rate as far as it is known: Beta(mean·weight, (1 - mean)·weight), the weight being worth so many observations. */
export interface Rate {
  mean: number;
  weight: number;
}

/** Central 90 % of what the long-run rate may be. */
export const rateInterval = (rate: Rate): [number, number] => [rateQuantile(rate, 0.05), rateQuantile(rate, 0.95)];

/** P(rate <= x). */
export function rateCdf({ mean, weight }: Rate, x: number): number {
  return incompleteBeta(mean * weight, (1 - mean) * weight, x, 1 - x);
}

export const rateSd = ({ mean, weight }: Rate): number => Math.sqrt((mean * (1 - mean)) / (weight + 1));

/** The x with P(rate <= x) = p: Newton's steps on the incomplete beta, halving where one would leave the bracket. */
export function rateQuantile(rate: Rate, p: number): number {
  const [a, b] = [rate.mean * rate.weight, (1 - rate.mean) * rate.weight];
  const scale = logBeta(a, b);
  let [low, high, x] = [0, 1, rate.mean];
  for (let step = 0; step < 200; step++) {
    const miss = rateCdf(rate, x) - p;
    if (miss > 0) high = x;
    else low = x;
    const density = Math.exp((a - 1) * Math.log(x) + (b - 1) * Math.log1p(-x) - scale);
    const newton = x - miss / density;
    const next = newton > low && newton < high ? newton : (low + high) / 2;
    if (Math.abs(next - x) < 1e-9 || high - low < 1e-12) return next;
    x = next;
  }
  return x;
}

/**
 * Central 90 % of how many of the next `tasks` will be solved: the beta-binomial distribution (Skellam, J. R. Stat. Soc. B
 * 1948), which is wider than the rate's own interval by the luck of so few tasks.
 */
export function nextSolved({ mean, weight }: Rate, tasks = 10): [number, number] {
  const [a, b] = [mean * weight, (1 - mean) * weight];
  let below = 0;
  let low = 0;
  for (let solved = 0; solved <= tasks; solved++) {
    const ways = -logBeta(solved + 1, tasks - solved + 1) - Math.log(tasks + 1);
    below += Math.exp(ways + logBeta(a + solved, b + tasks - solved) - logBeta(a, b));
    if (below < 0.05) low = solved + 1;
    if (below >= 0.95) return [low, solved];
  }
  return [Math.min(low, tasks), tasks];
}

/** A draw of the rate from two gamma variates. */
export function drawRate({ mean, weight }: Rate, random: () => number): number {
  const solved = drawGamma(mean * weight, random);
  const failed = drawGamma((1 - mean) * weight, random);
  const drawn = solved / (solved + failed);
  return Number.isFinite(drawn) ? drawn : mean;
}

/** Marsaglia & Tsang, "A Simple Method for Generating Gamma Variables", ACM TOMS 2000; shapes below 1 by their §6. */
function drawGamma(shape: number, random: () => number): number {
  if (shape < 1) return drawGamma(shape + 1, random) * (1 - random()) ** (1 / shape);
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const z = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    const v = (1 + c * z) ** 3;
    if (v > 0 && Math.log(1 - random()) < 0.5 * z * z + d - d * v + d * Math.log(v)) return d * v;
  }
}
