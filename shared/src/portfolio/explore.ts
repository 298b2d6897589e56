import { seededRandom } from '../stats/index.ts';
import { drawRate, rateSd } from './beta.ts';
import type { Estimate } from './estimate.ts';
import { byCost } from './tie.ts';

/**
 * How often each model would be the answer if its rate was what a draw from what is known says (Thompson, Biometrika 1933):
 * Monte Carlo, since the chance has no closed form. The draws are the same each time, so the shares are what is drawn from,
 * not an estimate of it.
 *
 * @returns by model, summing to 1.
 */
export function thompsonShares(estimates: readonly Estimate[], margin: number): Map<number, number> {
  const random = seededRandom(1);
  const floor = Math.max(...estimates.map((one) => one.mean - clear * rateSd(one))) - margin;
  const drawn = estimates.filter((one) => one.mean + clear * rateSd(one) >= floor).toSorted(byCost);
  const wins = drawn.map(() => 0);
  const rates = new Float64Array(drawn.length);
  for (let draw = 0; draw < draws; draw++) {
    let best = 0;
    for (const [i, one] of drawn.entries()) best = Math.max(best, (rates[i] = drawRate(one, random)));
    const cheapest = rates.findIndex((rate) => rate >= best - margin);
    wins[cheapest]!++;
  }
  return new Map(drawn.map(({ model }, i) => [model, wins[i]! / draws]));
}

const draws = 1_000;
const clear = 5;
