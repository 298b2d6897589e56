import { awayFromZero, epsilon, logBeta } from './gamma.ts';
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

/**
 * The regularised incomplete beta function I_x(a, b) by Lentz's continued fraction (Numerical Recipes 3rd ed. §6.4);
 * `y` is 1 - x, given apart since the difference would lose it near 1.
 */
function incompleteBeta(a: number, b: number, x: number, y: number): number {
  if (x <= 0) return 0;
  if (y <= 0) return 1;
  const logX = y < 0.5 ? Math.log1p(-y) : Math.log(x);
  const logY = x < 0.5 ? Math.log1p(-x) : Math.log(y);
  const front = Math.exp(a * logX + b * logY - logBeta(a, b));
  return x < (a + 1) / (a + b + 2) ? (front * betaFraction(a, b, x)) / a : 1 - (front * betaFraction(b, a, y)) / b;
}

function betaFraction(a: number, b: number, x: number): number {
  let c = 1;
  let d = 1 / awayFromZero(1 - ((a + b) * x) / (a + 1));
  let fraction = d;
  for (let m = 1; m < 1_000_000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / awayFromZero(1 + even * d);
    c = awayFromZero(1 + even / c);
    fraction *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / awayFromZero(1 + odd * d);
    c = awayFromZero(1 + odd / c);
    fraction *= d * c;
    if (Math.abs(d * c - 1) < epsilon) break;
  }
  return fraction;
}
