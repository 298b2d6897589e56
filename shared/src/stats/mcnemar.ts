import { logBeta } from './gamma.ts';
import { incompleteBeta } from './incomplete-beta.ts';
import { isCount } from './refuse.ts';

/** How surprising a difference is if there is none. */
export interface SidedP {
  twoSided: number;
  /** Small when the second is worse. */
  drop: number;
  /** Small when the second is better. */
  gain: number;
}

interface Options {
  /** Counts what is just as extreme as half: closer to the nominal level, and no longer sure to be below it. */
  midP?: boolean;
}

/**
 * McNemar's test of paired yes and no, exact: of the pairs that differ, each way is a coin toss (McNemar, Psychometrika
 * 1947; the mid-p form by Fagerland, Lydersen, Laake, BMC Medical Research Methodology 13:91, 2013). `lost` pairs passed only
 * at first, `gained` only then. Where no pair differs nothing speaks against equality: 1.
 */
export function mcnemarExact(lost: number, gained: number, { midP = false }: Options = {}): SidedP {
  if (!isCount(lost) || !isCount(gained))
    throw new RangeError(`expected whole numbers of discordant pairs, got ${lost} and ${gained}`);
  const n = lost + gained;
  if (n === 0) return { twoSided: 1, drop: 1, gain: 1 };
  const half = midP ? 0.5 * chanceOf(lost, n) : 0;
  const drop = atLeast(lost, n) - half;
  const gain = atLeast(gained, n) - half;
  // Where both ways are alike, every outcome is at least as extreme, and only this one just as extreme.
  const twoSided = lost === gained ? 1 - half : Math.min(1, 2 * Math.min(drop, gain));
  return { twoSided, drop, gain };
}

/** P(X >= k) of n tosses, by the incomplete beta function (Abramowitz & Stegun 26.5.24). */
const atLeast = (k: number, n: number) => (k === 0 ? 1 : incompleteBeta(k, n - k + 1, 0.5, 0.5));

/** P(X = k): C(n, k) / 2^n. */
const chanceOf = (k: number, n: number) => Math.exp(-Math.log(n + 1) - logBeta(k + 1, n - k + 1) - n * Math.LN2);
