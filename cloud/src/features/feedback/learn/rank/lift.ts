import { studentUpperQuantile, wilsonInterval, type Interval } from '@whetstone/shared/stats';

/**
 * Places by what became of them, summed over corrections: those of one correction are alike, so that a correction, not a place, is
 * the unit. Sums can be added to and taken from, which is all that counting a correction takes.
 */
export interface PlaceSums {
  /** Corrections that have such a place. */
  clusters: number;
  n: number;
  changed: number;
  /** Of squares and products of the corrections' own counts. */
  nn: number;
  changedChanged: number;
  changedN: number;
}

export const noPlaces: PlaceSums = { clusters: 0, n: 0, changed: 0, nn: 0, changedChanged: 0, changedN: 0 };

export function addPlaces(sums: PlaceSums, changed: number, survived: number, by: 1 | -1 = 1): PlaceSums {
  const n = changed + survived;
  if (n === 0) return sums;
  return {
    clusters: sums.clusters + by,
    n: sums.n + by * n,
    changed: sums.changed + by * changed,
    nn: sums.nn + by * n * n,
    changedChanged: sums.changedChanged + by * changed * changed,
    changedN: sums.changedN + by * changed * n,
  };
}

export interface RateOfPlaces {
  rate: number;
  interval: Interval;
}

/**
 * Wilson's interval with the number of independent places that say as much: n / deff, deff being the variance of a ratio of cluster
 * totals (Cochran, "Sampling Techniques", 1977, §9A) over that of independent places, and less for few clusters, from which deff is
 * known badly (Korn & Graubard, "Confidence intervals for proportions with small expected number of positive counts estimated from
 * survey data", Survey Methodology 24:193, 1998). Where all were changed or none, each correction counts once.
 */
export function rateOf(sums: PlaceSums): RateOfPlaces | undefined {
  if (sums.n === 0) return undefined;
  const rate = sums.changed / sums.n;
  const effective = effectiveSize(sums, rate);
  return { rate, interval: wilsonInterval(rate * effective, effective) };
}

function effectiveSize({ clusters, n, nn, changedChanged, changedN }: PlaceSums, rate: number): number {
  if (clusters === n || rate === 0 || rate === 1 || clusters < 2) return clusters;
  const squares = Math.max(0, changedChanged - 2 * rate * changedN + rate * rate * nn);
  const robust = ((clusters / (clusters - 1)) * squares) / (n * n);
  const independent = robust === 0 ? n : Math.min(n, (rate * (1 - rate)) / robust);
  return independent * (normal975 / studentUpperQuantile(0.025, clusters - 1)) ** 2;
}

const normal975 = 1.959963984540054;

export interface Lift {
  lift: number;
  interval: Interval;
}

/**
 * Ratio of two rates and its 95 % interval from the limits of each, squared and added (MOVER-R: Donner & Zou, "Closed-form confidence
 * intervals for functions of the normal mean and standard deviation", Stat. Methods Med. Res. 21:347, 2012; Fagerland & Newcombe, Stat. Med. 32:2823, 2013).
 * The two are taken as independent: of the lines that were changed, those of one pattern are few. `undefined` where nothing was changed
 * that it could be compared with.
 */
export function liftOver(one: RateOfPlaces, base: RateOfPlaces): Lift | undefined {
  const [p, q] = [one.rate, base.rate];
  if (q === 0) return undefined;
  const [pLow, pHigh] = one.interval;
  const [qLow, qHigh] = base.interval;
  const root = (a: number, b: number) => Math.sqrt(Math.max(0, (p * q) ** 2 - a * b * (2 * p - a) * (2 * q - b)));
  const low = (p * q - root(pLow, qHigh)) / (qHigh * (2 * q - qHigh));
  const high = (p * q + root(pHigh, qLow)) / (qLow * (2 * q - qLow));
  const lift = p / q;
  return { lift, interval: [limit(low, 0, lift), qLow > 0 && Number.isFinite(high) ? Math.max(lift, high) : mostLift] };
}

/** Where the base rate may as well be next to nothing. */
const mostLift = 1e6;

/** Where the base is known so badly that twice its estimate lies below its limit, the formula has no meaning: nothing is claimed. */
const limit = (value: number, least: number, most: number) =>
  Number.isFinite(value) && value >= least && value <= most ? value : least;
