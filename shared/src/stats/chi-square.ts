import { upperGamma } from './gamma.ts';

/** P(X > x) for chi-square with `df` degrees of freedom: Q(df/2, x/2) (Abramowitz & Stegun 26.4.19). */
export const chiSquareSurvival = (x: number, df: number): number => upperGamma(df / 2, x / 2);
