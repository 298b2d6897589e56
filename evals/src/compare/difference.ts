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
  test: { name: TestName; p: SidedP };
  /** Which were asked, those of which `test` is the more careful one included. */
  mcnemar?: SidedP;
  pairedT?: PairedTest;
  clusters?: number;
  /** The drop that this comparison would have found 80 times in 100 by the gate's one-sided test. */
  detectableDrop: number;
}

export type TestName =
  | 'exact McNemar'
  | 'paired t'
  | 'cluster-robust paired t'
  | 'exact McNemar and cluster-robust t'
  | 'sign test';

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
    test: decisiveTest(differences, mcnemar, t, clusters !== undefined),
    ...(mcnemar && { mcnemar }),
    ...(t && { pairedT: t }),
    ...(clusters && { clusters: new Set(clusters).size }),
    detectableDrop: detectable(pairs.length, t?.standardError ?? 0, alpha),
  };
}

/** McNemar's takes problems for independent: where they cluster, the cluster-robust test must agree. */
function decisiveTest(
  differences: readonly number[],
  mcnemar: SidedP | undefined,
  t: PairedTest | undefined,
  isClustered: boolean,
): Difference['test'] {
  if (mcnemar && t && isClustered) return { name: 'exact McNemar and cluster-robust t', p: larger(mcnemar, t.p) };
  if (mcnemar) return { name: 'exact McNemar', p: mcnemar };
  if (t) return { name: isClustered ? 'cluster-robust paired t' : 'paired t', p: t.p };
  // All problems changed alike, so that there is no spread to measure by: their directions still speak.
  const fell = differences.filter((difference) => difference < 0).length;
  const rose = differences.filter((difference) => difference > 0).length;
  return { name: 'sign test', p: mcnemarExact(fell, rose) };
}

export const passRateOf = (samples: Pair['a']): number =>
  samples.filter(({ status }) => status === 'passed').length / samples.length;

/** Only where some problems do share a cluster, and not all of them one. */
function clustersOf(pairs: readonly Pair[]): string[] | undefined {
  const clusters = pairs.map(({ problemId, cluster }) =>
    cluster === undefined ? `problem ${problemId}` : `cluster ${cluster}`,
  );
  const count = new Set(clusters).size;
  return count > 1 && count < clusters.length ? clusters : undefined;
}

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

const larger = (one: SidedP, other: SidedP): SidedP => ({
  twoSided: Math.max(one.twoSided, other.twoSided),
  drop: Math.max(one.drop, other.drop),
  gain: Math.max(one.gain, other.gain),
});

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
