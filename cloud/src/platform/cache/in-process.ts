import { maxValueBytes, wholeMs, type Cache } from './cache.ts';
import { localCounts, localValues } from './local.ts';

interface Options {
  clock: () => number;
  maxEntries?: number;
  maxBytes?: number;
}

/** The embedded engine: the memory of this process. */
export function inProcessCache({ clock, ...bounds }: Options): Cache {
  const values = localValues({ clock, ...bounds });
  const counts = localCounts<{ count: number }>({ clock });
  return {
    engine: 'in-process',
    get: async (key) => values.get(key),
    async set(key, value, { ttlMs }) {
      if (Buffer.byteLength(value) > maxValueBytes) values.delete(key);
      else values.set(key, value, { ttl: wholeMs(ttlMs) });
    },
    async increment(key, { by, ttlMs }) {
      const known = counts.get(key);
      if (known) return (known.count += by);
      counts.set(key, { count: by }, { ttl: wholeMs(ttlMs) });
      return by;
    },
    async delete(key) {
      values.delete(key);
      counts.delete(key);
    },
    ping: async () => undefined,
    sent: () => ({ commands: 0, failures: 0 }),
    stop: async () => undefined,
  };
}
