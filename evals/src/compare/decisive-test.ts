import { mcnemarExact, pairedTP, type PairedCounts, type SidedP } from '@whetstone/shared/stats';

export type TestName =
  | 'exact McNemar'
  | 'paired t'
  | 'cluster-robust paired t'
  | 'exact McNemar and cluster-robust t'
  | 'sign test';

export interface DecisiveTest {
  name: TestName;
  p: SidedP;
}

export interface PairedRates {
  /** Second less first, one per problem: of the shares of samples that passed. */
  differences: readonly number[] | Float64Array;
  /** Where each problem has one sample on both sides. */
  counts?: Pick<PairedCounts, 'onlyFirst' | 'onlySecond'> | undefined;
  /** Of each problem, where some share one; see `sharedClusters`. */
  clusters?: readonly unknown[] | undefined;
}

/**
 * The test that decides whether two pass rates on the same problems differ. McNemar's takes problems for independent: where
 * they cluster, the cluster-robust test must agree.
 */
export function decisiveTest({ differences, counts, clusters }: PairedRates): DecisiveTest {
  const mcnemar = counts && mcnemarExact(counts.onlyFirst, counts.onlySecond);
  if (mcnemar && !clusters) return { name: 'exact McNemar', p: mcnemar };
  const t = pairedTP(differences, clusters);
  if (mcnemar && t) return { name: 'exact McNemar and cluster-robust t', p: larger(mcnemar, t) };
  if (mcnemar) return { name: 'exact McNemar', p: mcnemar };
  if (t) return { name: clusters ? 'cluster-robust paired t' : 'paired t', p: t };
  // All problems changed alike, so that there is no spread to measure by: their directions still speak.
  const values = Array.from(differences);
  const fell = values.filter((difference) => difference < 0).length;
  const rose = values.filter((difference) => difference > 0).length;
  return { name: 'sign test', p: mcnemarExact(fell, rose) };
}

/** The clusters as they are, where some problems do share one and not all of them the same; else none. */
export function sharedClusters<Cluster>(clusters: readonly Cluster[]): readonly Cluster[] | undefined {
  const count = new Set(clusters).size;
  return count > 1 && count < clusters.length ? clusters : undefined;
}

const larger = (one: SidedP, other: SidedP): SidedP => ({
  twoSided: Math.max(one.twoSided, other.twoSided),
  drop: Math.max(one.drop, other.drop),
  gain: Math.max(one.gain, other.gain),
});
