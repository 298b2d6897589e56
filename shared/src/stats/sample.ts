/** What the tests need to know of an arm: centred moments, since sums of squares lose the digits of a large mean. */
export interface Sample {
  /** Units, each counted once. */
  n: number;
  mean: number;
  /** With n - 1 in the denominator; of a proportion p(1 - p). */
  variance: number;
}

export function sampleOfProportion(successes: number, n: number): Sample {
  const p = successes / n;
  return { n, mean: p, variance: p * (1 - p) };
}

/** From sums as other tools publish them. */
export function sampleOfSums(n: number, sum: number, sumOfSquares: number): Sample {
  return { n, mean: sum / n, variance: (sumOfSquares - (sum * sum) / n) / (n - 1) };
}

export type Interval = [low: number, high: number];

/** An estimate that is about normal. */
export interface Estimate {
  value: number;
  /** Of the estimate: the square of its standard error. */
  variance: number;
}
