import {
  mcnemarExact,
  normalQuantile,
  pairedBootstrap,
  pairedNewcombeInterval,
  pairedT,
  type Interval,
  type PairedCounts,
  type PairedTest,
  type SidedP,
} from '@whetstone/shared/stats';
import { decisiveTest, sharedClusters, type DecisiveTest } from './decisive-test.ts';
import type { Pair } from './pair-runs.ts';

/** By how much B's pass rate differs from A's on the paired problems, and what speaks against chance. */
export interface Difference {
  problems: number;
  /** Means over problems of the share of samples that passed. */
  rateA: number;
  rateB: number;
  /** B less A: below 0 is a drop. */
  difference: number;
  /** 95 %, by the method of `test`; absent where no two problems tell of a spread. */
  interval?: Interval;
  /** 95 %, percentiles of the paired bootstrap. */
  bootstrapInterval?: Interval;
  /** With one sample per problem. */
  counts?: PairedCounts;
  /** The one that decides. */
  test: DecisiveTest;
  /** Which were asked, those of which `test` is the more careful one included. */
  mcnemar?: SidedP;
  pairedT?: PairedTest;
  clusters?: number;
  /** The drop that this comparison would have found 80 times in 100 by the gate's one-sided test. */
  detectableDrop: number;
}

export interface Drawing {
  /** Of the test that a drop must pass; intervals are of 95 % in any case. */
  alpha: number;
  seed: number;
  draws: number;
}

export function differenceOf(pairs: readonly Pair[], { alpha, seed, draws }: Drawing): Difference {
  const [ofA, ofB] = [pairs.map(({ a }) => passRateOf(a)), pairs.map(({ b }) => passRateOf(b))];
  const differences = ofA.map((rate, i) => ofB[i]! - rate);
  const clusters = clustersOf(pairs);
  const clustered = clusters ? { clusters } : {};
  const t = pairedT(differences, clustered);
  const counts = pairs.every(({ a, b }) => a.length === 1 && b.length === 1) ? countsOf(ofA, ofB) : undefined;
  const mcnemar = counts && mcnemarExact(counts.onlyFirst, counts.onlySecond);
  const bootstrap = draws > 0 ? pairedBootstrap(differences, { ...clustered, seed, draws }) : undefined;
  const interval = counts && !(clusters && t) ? firstLess(pairedNewcombeInterval(counts)) : t?.interval;
  return {
    problems: pairs.length,
    rateA: mean(ofA),
    rateB: mean(ofB),
    difference: mean(differences),
    ...(interval && { interval }),
    ...(bootstrap && { bootstrapInterval: bootstrap.interval }),
    ...(counts && { counts }),
    test: decisiveTest({ differences, counts, clusters }),
    ...(mcnemar && { mcnemar }),
    ...(t && { pairedT: t }),
    ...(clusters && { clusters: new Set(clusters).size }),
    detectableDrop: detectable(pairs.length, t?.standardError ?? 0, alpha),
  };
}

export const passRateOf = (samples: Pair['a']): number =>
  samples.filter(({ status }) => status === 'passed').length / samples.length;

const clustersOf = (pairs: readonly Pair[]) =>
  sharedClusters(
    pairs.map(({ problemId, cluster }) => (cluster === undefined ? `problem ${problemId}` : `cluster ${cluster}`)),
  );

function countsOf(ofA: readonly number[], ofB: readonly number[]): PairedCounts {
  const count = (a: number, b: number) => ofA.filter((rate, i) => rate === a && ofB[i] === b).length;
  return { both: count(1, 1), onlyFirst: count(1, 0), onlySecond: count(0, 1), neither: count(0, 0) };
}

/** Of first less second, which is A less B: turned round. */
const firstLess = ([low, high]: Interval): Interval => [0 - high, 0 - low];

/** By the observed spread, and never fewer losses than the exact test needs at all. */
function detectable(problems: number, standardError: number, alpha: number): number {
  const factor = normalQuantile(1 - alpha) + normalQuantile(0.8);
  const leastLosses = Math.floor(Math.log2(1 / alpha)) + 1;
  return Math.min(1, Math.max(factor * standardError, leastLosses / problems));
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
