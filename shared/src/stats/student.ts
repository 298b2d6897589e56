import { logBeta } from './gamma.ts';
import { incompleteBeta } from './incomplete-beta.ts';
import { normalSurvival } from './normal.ts';
import { upperQuantile } from './quantile.ts';

/** Beyond, t and normal differ by t^4 / 4e10 of the tail: nothing, for any t that occurs. */
const asGoodAsNormal = 1e10;

/** P(T > t) for Student's t: half of I_x(df/2, 1/2) with x = df / (df + t²) (Abramowitz & Stegun 26.7.1). */
export function studentSurvival(t: number, df: number): number {
  if (df >= asGoodAsNormal) return normalSurvival(t);
  const tail = 0.5 * incompleteBeta(df / 2, 0.5, df / (df + t * t), (t * t) / (df + t * t));
  return t >= 0 ? tail : 1 - tail;
}

/** P(|T| > |t|). */
export const studentTwoSided = (t: number, df: number): number => 2 * studentSurvival(Math.abs(t), df);

/** The t with P(T > t) = tail, for a tail of at most one half. */
export function studentUpperQuantile(tail: number, df: number): number {
  if (!(df > 0)) return NaN;
  return upperQuantile(tail, {
    survival: (t) => studentSurvival(t, df),
    density: (t) => Math.exp(-((df + 1) / 2) * Math.log1p((t * t) / df) - logBeta(df / 2, 0.5) - 0.5 * Math.log(df)),
  });
}
