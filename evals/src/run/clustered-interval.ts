import { wilsonInterval } from '@whetstone/shared/stats';

/** Samples that are not independent of each other: those of one problem, or of one repository. */
export interface ClusterCount {
  n: number;
  passed: number;
}

/**
 * Wilson's interval with the effective sample size n / deff in place of n (Dean & Pagano, "Evaluating Confidence Interval
 * Methods for Binomial Proportions in Clustered Surveys", J. Surv. Stat. Methodol. 2015), deff being the cluster-robust variance of
 * the rate over that of independent samples (Kish, "Survey Sampling", 1965, §8.2). Unlike a bootstrap of clusters it says something when all
 * passed or none: then the data do not tell how alike samples of a cluster are, and each cluster counts once. Luck that makes
 * deff smaller than 1 gives no narrower interval.
 */
export function clusteredInterval(clusters: readonly ClusterCount[], alpha = 0.05): [low: number, high: number] {
  const n = clusters.reduce((total, cluster) => total + cluster.n, 0);
  const passed = clusters.reduce((total, cluster) => total + cluster.passed, 0);
  const rate = passed / n;
  const effective = Math.min(n, effectiveSize(clusters, n, rate));
  return [...wilsonInterval(rate * effective, effective, alpha)];
}

function effectiveSize(clusters: readonly ClusterCount[], n: number, rate: number): number {
  const m = clusters.length;
  if (rate === 0 || rate === 1 || m < 2) return m;
  const squares = clusters.reduce((total, cluster) => total + (cluster.passed - rate * cluster.n) ** 2, 0);
  // Linearised variance of a ratio of cluster totals (Cochran, "Sampling Techniques", 1977, §9A; m / (m - 1) for few clusters).
  const robust = ((m / (m - 1)) * squares) / n ** 2;
  return robust === 0 ? n : (rate * (1 - rate)) / robust;
}
