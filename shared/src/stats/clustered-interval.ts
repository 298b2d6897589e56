import type { Interval } from './sample.ts';
import { wilsonInterval } from './wilson.ts';

/** Samples that are not independent of each other: those of one problem, or of one repository. */
export interface ClusterCount {
  n: number;
  passed: number;
}

/**
 * Wilson's interval with the effective sample size n / deff in place of n (Dean & Pagano, "Evaluating Confidence Interval
 * Methods for Binomial Proportions in Clustered Surveys", J. Surv. Stat. Methodol. 2015). Unlike a bootstrap of clusters it
 * says something when all passed or none.
 */
export function clusteredInterval(clusters: readonly ClusterCount[], alpha = 0.05): Interval {
  const { n, passed, rate, effective } = effectiveSize(clusters);
  return effective === n ? wilsonInterval(passed, n, alpha) : wilsonInterval(rate * effective, effective, alpha);
}

/**
 * How many independent samples say as much about the rate as these: n / deff, deff being the cluster-robust variance of the
 * rate over that of independent samples (Kish, "Survey Sampling", 1965, §8.2). When all passed or none, the data do not tell
 * how alike samples of a cluster are, and each cluster counts once. Luck that makes deff smaller than 1 makes it no larger
 * than n.
 */
export function effectiveSize(clusters: readonly ClusterCount[]) {
  let n = 0;
  let passed = 0;
  for (const cluster of clusters) {
    n += cluster.n;
    passed += cluster.passed;
  }
  const rate = passed / n;
  return { n, passed, rate, effective: Math.min(n, sizeOf(clusters, n, rate)) };
}

function sizeOf(clusters: readonly ClusterCount[], n: number, rate: number): number {
  const m = clusters.length;
  // A cluster each: independent samples.
  if (m === n || rate === 0 || rate === 1 || m < 2) return m;
  let squares = 0;
  for (const cluster of clusters) squares += (cluster.passed - rate * cluster.n) ** 2;
  // Linearised variance of a ratio of cluster totals (Cochran, "Sampling Techniques", 1977, §9A; m / (m - 1) for few clusters).
  const robust = ((m / (m - 1)) * squares) / n ** 2;
  return robust === 0 ? n : (rate * (1 - rate)) / robust;
}
