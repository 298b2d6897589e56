import { refuseNonFinite } from './refuse.ts';

/** What is taken for quiet. */
export interface CusumReference {
  mean: number;
  sd: number;
}

export interface CusumStep {
  sum: number;
  isAlarm: boolean;
}

/**
 * The mean and spread of the first nights. The spread is never below what problems' own chances make of a night's rate,
 * sqrt(Σ p(1 - p)) / n, nor below a tenth of a point: a fortnight that happened to be calm must not turn ordinary nights
 * into alarms.
 *
 * @param passRates of each problem over these nights.
 */
export function cusumReference(rates: readonly number[], passRates: readonly number[] = []): CusumReference {
  refuseNonFinite(rates, 'rate');
  refuseNonFinite(passRates, 'pass rate');
  if (rates.length < 2) throw new RangeError(`expected two nights or more, got ${rates.length}`);
  const mean = rates.reduce((sum, rate) => sum + rate, 0) / rates.length;
  const variance = rates.reduce((sum, rate) => sum + (rate - mean) ** 2, 0) / (rates.length - 1);
  const expected =
    passRates.length > 0 ? Math.sqrt(passRates.reduce((sum, p) => sum + p * (1 - p), 0)) / passRates.length : 0;
  return { mean, sd: Math.max(Math.sqrt(variance), expected, 0.001) };
}

/**
 * One-sided CUSUM for a drop: S = max(0, S + (mean - x) / sd - k), an alarm while S > h (Page, Biometrika 1954). With k = .5
 * it is tuned to a lasting drop of one sd; with h = 5 a quiet series alarms about every 930 steps (Siegmund 1985).
 */
export function cusum(
  values: readonly number[],
  { mean, sd }: CusumReference,
  { k = 0.5, h = 5 }: { k?: number; h?: number } = {},
): CusumStep[] {
  refuseNonFinite(values, 'value');
  if (!(sd > 0)) throw new RangeError(`expected a spread above 0, got ${sd}`);
  let sum = 0;
  return values.map((value) => {
    sum = Math.max(0, sum + (mean - value) / sd - k);
    return { sum, isAlarm: sum > h };
  });
}
