/**
 * Where a unit falls in a split. With `H` = murmur3 of `<salt or key>/<unit>`, `u = H / 2^32`, `W` the sum of the
 * weights and `c` the weights before variant i, that variant is served where
 * `c/W <= u < c/W + (w/W)·(coverage/100)`, else `otherwise` (docs: "Bucketing" in CONTRACT; the fixed range starts are
 * GrowthBook's getBucketRange). So raising coverage never moves anyone who was in.
 *
 * Everything is compared multiplied by W: `H·W / 2^32` is exact in a double (H < 2^32, W <= 10^4, then a power of two),
 * and so are the sums of weights. No unit is lost to rounding between two variants or past the last.
 */
export interface Division<Item> {
  readonly total: number;
  readonly shares: readonly Share<Item>[];
}

export interface Share<Item> {
  readonly item: Item;
  readonly start: number;
  /** End of what the coverage lets in: start <= point < covered. */
  readonly covered: number;
  readonly end: number;
}

const hashes = 2 ** 32;
const buckets = 100_000;

/** The number reported to people: 0 to 99,999. */
export const bucketOf = (hash: number): number => Math.floor((hash * buckets) / hashes);

/** A border of a share on the scale of `bucketOf`, to a thousandth. */
export const bucketAt = (point: number, total: number): number => Math.round((point * buckets * 1000) / total) / 1000;

export function divide<Item>(parts: readonly { item: Item; weight: number }[], coverage: number): Division<Item> {
  let total = 0;
  const shares = parts.map(({ item, weight }) => {
    const start = total;
    total += weight;
    return { item, start, covered: coveredTo(start, total, coverage), end: total };
  });
  return { total, shares };
}

/** The same with another coverage. */
export const cover = <Item>({ total, shares }: Division<Item>, coverage: number): Division<Item> => ({
  total,
  shares: shares.map(({ item, start, end }) => ({ item, start, covered: coveredTo(start, end, coverage), end })),
});

const coveredTo = (start: number, end: number, coverage: number): number => start + ((end - start) * coverage) / 100;

/** The share whose full range holds the hash; one always does, as long as a weight is above 0. */
export function shareOf<Item>(division: Division<Item>, hash: number): Share<Item> | undefined {
  const point = pointOf(division, hash);
  for (const share of division.shares) if (point < share.end) return share;
  return undefined;
}

export const isCovered = <Item>(division: Division<Item>, share: Share<Item>, hash: number): boolean =>
  pointOf(division, hash) < share.covered;

/** Where a hash lies on the scale of the weights. */
export const pointOf = ({ total }: Division<unknown>, hash: number): number => (hash * total) / hashes;
