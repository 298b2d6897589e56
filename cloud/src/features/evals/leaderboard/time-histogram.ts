/**
 * Times counted in buckets whose borders grow by a twentieth, so that histograms add up and a quantile read from them is off
 * by at most the square root of that, 2.5 % (as in DDSketch: Masson, Rim, Lee, "DDSketch", PVLDB 12(12), 2019, with another
 * base). Bucket 0 is what took less than a millisecond.
 */
export type TimeHistogram = Int32Array;

/** 1.05^600 ms are longer than anything. */
export const bucketCount = 600;
export const bucketGrowth = 1.05;

export const bucketOf = (timeMs: number): number =>
  timeMs < 1 ? 0 : Math.min(bucketCount - 1, Math.floor(Math.log(timeMs) / Math.log(bucketGrowth)) + 1);

/** The time that a share of the samples does not exceed (nearest rank); undefined of none. */
export function timeQuantile(times: TimeHistogram, share: number): number | undefined {
  const total = times.reduce((sum, count) => sum + count, 0);
  const rank = Math.max(1, Math.ceil(share * total));
  let seen = 0;
  for (const [bucket, count] of times.entries()) {
    seen += count;
    if (total > 0 && seen >= rank) return middleOf(bucket);
  }
  return undefined;
}

export function histogramOf(counts: Iterable<[bucket: number, count: number]>): TimeHistogram {
  const buckets = [...counts];
  const times = new Int32Array(buckets.reduce((longest, [bucket]) => Math.max(longest, bucket + 1), 0));
  for (const [bucket, count] of buckets) times[bucket]! += count;
  return times;
}

/** Geometric, which is equally far from both borders. */
const middleOf = (bucket: number) => (bucket === 0 ? 0.5 : bucketGrowth ** (bucket - 0.5));
