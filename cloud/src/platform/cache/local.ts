import { LRUCache } from 'lru-cache';
import { maxValueBytes } from './cache.ts';

interface Bounds {
  clock: () => number;
  maxEntries?: number;
  maxBytes?: number;
}

/** Values with a time to live in the memory of this process, bounded in number and bytes; what was used last stays longest. */
export function localValues({ clock, maxEntries = 10_000, maxBytes = 64 * 1024 * 1024 }: Bounds) {
  return new LRUCache<string, string>({
    ...lasting(clock),
    max: maxEntries,
    maxSize: maxBytes,
    maxEntrySize: Math.min(maxBytes, maxValueBytes + 4_096),
    // Keys are as good at filling a memory as values.
    sizeCalculation: (value, key) => Buffer.byteLength(value) + Buffer.byteLength(key),
  });
}

/** Apart from values, so that large ones push no count out: a limit would begin anew. */
export const localCounts = <T extends object>({ clock }: Pick<Bounds, 'clock'>) =>
  new LRUCache<string, T>({ ...lasting(clock), max: 20_000 });

// Without a resolution of its own it would ask the clock once a millisecond and keep a timer for that.
const lasting = (clock: () => number) => ({ perf: { now: clock }, ttl: 1, ttlResolution: 0, ttlAutopurge: false });
