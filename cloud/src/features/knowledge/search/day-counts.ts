/** How citations fared on a day: that they were handed out, or how they came out when they were checked. */
export interface DayCount {
  /** `2026-11-26`, in UTC. */
  day: string;
  /** Empty where a citation could be led back to none. */
  library: string;
  version: string;
  outcome: 'served' | 'found' | 'altered' | 'wrong_version' | 'stale' | 'unknown';
  n: number;
}

/** Adds up what is alike, in an order that is always the same. */
export function addedUp(counts: Iterable<DayCount>): DayCount[] {
  const sums = new Map<string, DayCount>();
  for (const count of counts) {
    const key = JSON.stringify([count.day, count.library, count.version, count.outcome]);
    const known = sums.get(key);
    if (known) known.n += count.n;
    else sums.set(key, { ...count });
  }
  return [...sums].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, count]) => count);
}
