import { seededRandom } from './random.ts';
import { refuseChance, refuseNonFinite } from './refuse.ts';
import { percentiles } from './resamples.ts';
import type { Interval } from './sample.ts';

interface Options {
  alpha?: number;
  draws?: number;
  seed?: number;
  /** The cluster of each difference: whole clusters are drawn. */
  clusters?: readonly unknown[];
}

export interface PairedBootstrap {
  interval: Interval;
  standardError: number;
}

/**
 * Percentile interval of the mean of paired differences (Efron 1979): problems, or whole clusters of them, are drawn with
 * replacement, both runs' results of a problem together (Efron & Tibshirani 1993, §8.3). `undefined` for fewer than two.
 */
export function pairedBootstrap(
  differences: readonly number[],
  { alpha = 0.05, draws = 100_000, seed = 1, clusters = differences.map((_, i) => i) }: Options = {},
): PairedBootstrap | undefined {
  refuseNonFinite(differences, 'difference');
  refuseChance(alpha, 'alpha');
  if (clusters.length !== differences.length)
    throw new RangeError(`expected a cluster for each of ${differences.length} differences, got ${clusters.length}`);
  const { sums, sizes } = clusterSums(differences, clusters);
  const count = sums.length;
  if (count < 2) return undefined;
  const random = seededRandom(seed);
  const means = new Float64Array(draws);
  for (let draw = 0; draw < draws; draw++) {
    let sum = 0;
    let size = 0;
    for (let i = 0; i < count; i++) {
      const drawn = (random() * count) | 0;
      sum += sums[drawn]!;
      size += sizes[drawn]!;
    }
    means[draw] = sum / size;
  }
  means.sort();
  return { interval: percentiles(means, alpha / 2, 1 - alpha / 2), standardError: standardDeviation(means) };
}

function clusterSums(differences: readonly number[], clusters: readonly unknown[]) {
  const indexOf = new Map([...new Set(clusters)].map((cluster, index) => [cluster, index]));
  const sums = new Float64Array(indexOf.size);
  const sizes = new Float64Array(indexOf.size);
  for (const [i, difference] of differences.entries()) {
    const index = indexOf.get(clusters[i])!;
    sums[index]! += difference;
    sizes[index]! += 1;
  }
  return { sums, sizes };
}

function standardDeviation(values: Float64Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
}
