import { normalCdf, normalQuantile } from './normal.ts';
import { seededRandom } from './random.ts';
import { refuseChance } from './refuse.ts';
import { percentiles } from './resamples.ts';
import type { Interval } from './sample.ts';

export interface BootstrapOptions {
  alpha?: number;
  draws?: number;
  seed?: number;
  /** `bca` corrects for bias and skew, at the price of n more evaluations; `percentile` takes the draws as they are. */
  method?: 'percentile' | 'bca';
}

/**
 * Interval of any statistic of values that are independent of each other (one per problem: a score, or what a ratio needs),
 * by drawing as many with replacement again and again (Efron 1979); `bca` by Efron, "Better Bootstrap Confidence
 * Intervals", JASA 1987, in the terms of Efron & Tibshirani 1993, §14.3. The statistic must read its argument at once: one
 * array serves every draw. Where nothing can be said of the bias (the statistic never, or always, falls below what was
 * seen) the percentiles are answered. `undefined` for fewer than two values.
 */
export function bootstrapInterval<Value>(
  values: readonly Value[],
  statistic: (sample: readonly Value[]) => number,
  { alpha = 0.05, draws = 10_000, seed = 1, method = 'bca' }: BootstrapOptions = {},
): Interval | undefined {
  refuseChance(alpha, 'alpha');
  if (values.length < 2) return undefined;
  const observed = known(statistic(values));
  const drawn = resampled(values, statistic, draws, seededRandom(seed)).sort();
  const [low, high] =
    method === 'bca' ? correctedLevels(values, statistic, observed, drawn, alpha) : [alpha / 2, 1 - alpha / 2];
  return percentiles(drawn, low, high);
}

function resampled<Value>(
  values: readonly Value[],
  statistic: (sample: readonly Value[]) => number,
  draws: number,
  random: () => number,
): Float64Array {
  const drawn = new Float64Array(draws);
  const sample = [...values];
  for (let draw = 0; draw < draws; draw++) {
    for (let i = 0; i < sample.length; i++) sample[i] = values[Math.floor(random() * values.length)]!;
    drawn[draw] = known(statistic(sample));
  }
  return drawn;
}

function correctedLevels<Value>(
  values: readonly Value[],
  statistic: (sample: readonly Value[]) => number,
  observed: number,
  drawn: Float64Array,
  alpha: number,
): Interval {
  const below = drawn.reduce((count, value) => count + (isSame(value, observed) ? 0.5 : value < observed ? 1 : 0), 0);
  const bias = normalQuantile(below / drawn.length);
  if (!Number.isFinite(bias)) return [alpha / 2, 1 - alpha / 2];
  const acceleration = accelerationOf(values.map((_, i) => known(statistic(values.toSpliced(i, 1)))));
  const level = (z: number) => normalCdf(bias + (bias + z) / (1 - acceleration * (bias + z)));
  const z = normalQuantile(1 - alpha / 2);
  return [level(-z), level(z)];
}

/** From the statistic without each value in turn (the jackknife); 0 where it never changes. */
function accelerationOf(withoutOne: readonly number[]): number {
  const mean = withoutOne.reduce((sum, value) => sum + value, 0) / withoutOne.length;
  const [squares, cubes] = withoutOne.reduce(
    ([square, cube], value) => [square + (mean - value) ** 2, cube + (mean - value) ** 3],
    [0, 0],
  );
  const acceleration = cubes / (6 * squares ** 1.5);
  return Number.isFinite(acceleration) ? acceleration : 0;
}

/** Sums in another order differ by a rounding, which must not decide what lies below. */
const isSame = (a: number, b: number) => a === b || Math.abs(a - b) <= 1e-12 * Math.abs(b);

/** Infinity has a place in the order (a cost per solved of nothing solved), NaN has none. */
function known(value: number): number {
  if (Number.isNaN(value)) throw new RangeError('the statistic is NaN for some draw');
  return value;
}
