import { Registry } from 'prom-client';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { noRedis, startRedis } from '../../../test/support/redis.ts';
import { startUpstash } from '../../../test/support/upstash-stand-in.ts';
import { maxValueBytes, type Cache } from '../../src/platform/cache/cache.ts';
import { inProcessCache } from '../../src/platform/cache/in-process.ts';
import { cacheMetrics } from '../../src/platform/cache/metrics.ts';
import { openCache } from '../../src/platform/cache/open.ts';
import { upstashCache } from '../../src/platform/cache/upstash.ts';
import { systemService } from '../../src/readiness.ts';
import { silentLog } from '../support/engines.ts';

const token = 'a-fake-token';
const surroundings = { clock: Date.now, log: silentLog };
const minute = { ttlMs: 60_000 };
const eventually = (check: () => unknown) => vi.waitFor(check, { timeout: 10_000, interval: 10 });

let used = 0;
/** A key that no other test has. */
const aKey = () => `p/0192/test-${++used}`;

/** Caches that are stopped after each test. */
function opener(open: () => Cache) {
  const opened: Cache[] = [];
  afterEach(() => Promise.all(opened.splice(0).map((cache) => cache.stop())));
  return () => {
    const cache = open();
    opened.push(cache);
    return cache;
  };
}

/** What every engine does. */
function conformance(open: () => Cache) {
  const openOne = opener(open);

  it('has nothing at first, then what was set, then what was set over it', async () => {
    const [cache, key] = [openOne(), aKey()];
    expect(await cache.get(key)).toBeUndefined();
    await cache.set(key, 'first', minute);
    expect(await cache.get(key)).toBe('first');
    await cache.set(key, 'second', minute);
    expect(await cache.get(key)).toBe('second');
  });

  it.each(['', 'OK', '5', '1.0', 'null', '{"a":[1]}', 'T0s=', '\uFEFFünï ☃ 𝄞\u0000\r\n', 'v1 v1 '])(
    'gives %j back as it was',
    async (value) => {
      const [cache, key] = [openOne(), aKey()];
      await cache.set(key, value, minute);
      expect(await cache.get(key)).toBe(value);
    },
  );

  it('forgets what has had its time, and what was deleted', async () => {
    const [cache, brief, deleted] = [openOne(), aKey(), aKey()];
    await cache.set(brief, 'brief', { ttlMs: 20 });
    await cache.set(deleted, 'deleted', minute);
    await cache.delete(deleted);
    expect(await cache.get(deleted)).toBeUndefined();
    await eventually(async () => expect(await cache.get(brief)).toBeUndefined());
  });

  it('counts by key, apart from values, and anew when the time is over', async () => {
    const [cache, key] = [openOne(), aKey()];
    await cache.set(key, 'a value', minute);
    expect(await cache.increment(key, { by: 1, ttlMs: 60_000 })).toBe(1);
    expect(await cache.increment(key, { by: 41, ttlMs: 60_000 })).toBe(42);
    expect(await cache.increment(aKey(), { by: 2, ttlMs: 60_000 })).toBe(2);
    expect(await cache.get(key)).toBe('a value');
    await cache.delete(key);
    expect(await cache.get(key)).toBeUndefined();
    expect(await cache.increment(key, { by: 3, ttlMs: 60_000 })).toBe(3);

    const brief = aKey();
    await cache.increment(brief, { by: 100, ttlMs: 20 });
    await eventually(async () => expect(await cache.increment(brief, { by: 1, ttlMs: 20 })).toBeLessThan(100));
  });

  it('counts what is counted at the same time once each', async () => {
    const [cache, key] = [openOne(), aKey()];
    const counts = await Promise.all(Array.from({ length: 50 }, () => cache.increment(key, { by: 1, ttlMs: 60_000 })));
    expect(Math.max(...counts)).toBe(50);
  });

  it('keeps no value that is too large, nor the one before it', async () => {
    const [cache, key] = [openOne(), aKey()];
    await cache.set(key, 'x'.repeat(maxValueBytes), minute);
    expect(await cache.get(key)).toHaveLength(maxValueBytes);
    await cache.set(key, 'x'.repeat(maxValueBytes + 1), minute);
    expect(await cache.get(key)).toBeUndefined();
  });

  it('answers the probe', async () => {
    await expect(openOne().ping()).resolves.toBeUndefined();
  });
}

describe('the cache in-process', () => {
  conformance(() => openCache({ service: undefined, ...surroundings }));

  it('is bounded in entries and in bytes: what was not used for longest goes', async () => {
    const cache = inProcessCache({ clock: Date.now, maxEntries: 2, maxBytes: 100 });
    for (const key of ['a', 'b', 'c']) await cache.set(key, key, minute);
    expect(await cache.get('a')).toBeUndefined();
    await cache.set('d', 'x'.repeat(98), minute);
    expect(await cache.get('c')).toBeUndefined();
    expect(await cache.get('d')).toHaveLength(98);
  });

  it('sends nothing anywhere', async () => {
    const cache = inProcessCache({ clock: Date.now });
    await cache.increment(aKey(), { by: 1, ttlMs: 60_000 });
    expect(cache.sent()).toEqual({ commands: 0, failures: 0 });
  });
});

describe('the cache on Upstash Redis', () => {
  if (noRedis) {
    it('runs here', ({ skip }) => skip(noRedis));
    return;
  }
  let redis: Awaited<ReturnType<typeof startRedis>>;
  let service: Awaited<ReturnType<typeof startUpstash>>;
  beforeAll(async () => {
    redis = await startRedis();
    service = await startUpstash(redis, token);
  });
  afterAll(async () => {
    await service?.stop();
    await redis?.stop();
  });
  afterEach(() => service.trouble('none'));
  const at = (change: Partial<Parameters<typeof upstashCache>[0]> = {}) =>
    upstashCache({ url: service.url, token, ...surroundings, ...change });

  conformance(() => openCache({ service: { url: service.url, token }, ...surroundings }));

  describe('of two machines', () => {
    const machine = opener(() => at({ localMs: 20, syncMs: 20 }));

    it('shares values; what one has read it answers for a moment from its own memory', async () => {
      const [one, other, key] = [machine(), machine(), aKey()];
      await one.set(key, 'first', minute);
      expect(await other.get(key)).toBe('first');
      await one.set(key, 'second', minute);
      await eventually(async () => expect(await other.get(key)).toBe('second'));
      await one.delete(key);
      await eventually(async () => expect(await other.get(key)).toBeUndefined());
    });

    it('shares counts: exactly when they are counted now and then', async () => {
      const [one, other] = [opener(() => at())(), opener(() => at())()];
      const key = aKey();
      expect(await one.increment(key, { by: 1, ttlMs: 60_000 })).toBe(1);
      expect(await other.increment(key, { by: 1, ttlMs: 60_000 })).toBe(2);
      await Promise.all([one.stop(), other.stop()]);
    });

    it('lets nothing be lost of what is counted often', async () => {
      const [one, other, key] = [machine(), machine(), aKey()];
      const count = (cache: Cache) => cache.increment(key, { by: 1, ttlMs: 60_000 });
      await Promise.all(Array.from({ length: 200 }, (_, i) => count(i % 2 ? one : other)));
      await Promise.all([one.stop(), other.stop()]);
      expect(await redis.command('GET', `count/${key}`)).toBe('200');
      expect(await redis.command('PTTL', `count/${key}`)).toBeGreaterThan(50_000);
    });
  });

  it('asks once for a key that many want, there or not, and not again for a while', async () => {
    const [cache, present, absent] = [at(), aKey(), aKey()];
    await at().set(present, 'value', minute);
    const before = service.commands.length;
    for (const key of [present, absent]) {
      await Promise.all(Array.from({ length: 100 }, () => cache.get(key)));
      await cache.get(key);
    }
    expect(service.commands.slice(before)).toEqual([
      ['get', `value/${present}`],
      ['get', `value/${absent}`],
    ]);
    expect(cache.sent()).toEqual({ commands: 2, failures: 0 });
  });

  it('sends a thousand additions in a few commands', async () => {
    const [cache, key] = [at(), aKey()];
    for (let i = 0; i < 1_000; i++) await cache.increment(key, { by: 1, ttlMs: 60_000 });
    await cache.stop();
    expect(await redis.command('GET', `count/${key}`)).toBe('1000');
    expect(cache.sent().commands).toBeLessThan(20);
  });

  it('does not undo what was set while it was reading', async () => {
    const [cache, key] = [at(), aKey()];
    await at().set(key, 'old', minute);
    const reading = cache.get(key);
    await Promise.all([reading, cache.set(key, 'new', minute)]);
    expect(await cache.get(key)).toBe('new');
  });

  it('has a count end though the first answer to it was lost', async () => {
    const [cache, key] = [at({ deadlineMs: 100, syncMs: 0 }), aKey()];
    service.trouble('silent');
    expect(await cache.increment(key, { by: 1, ttlMs: 60_000 })).toBe(1);
    service.trouble('none');
    await cache.increment(key, { by: 1, ttlMs: 60_000 });
    expect(await redis.command('PTTL', `count/${key}`)).toBeGreaterThan(0);
  });

  it.each(['silent', 'refuses', 'html', 'other types', 'other values', 'cut off'] as const)(
    'is a cache that has nothing when the service is %s',
    async (trouble) => {
      const [cache, key] = [at({ deadlineMs: 100 }), aKey()];
      await at().set(key, 'value', minute);
      service.trouble(trouble);
      expect(await cache.get(key)).toBeUndefined();
      await cache.set(aKey(), 'value', minute);
      await cache.delete(aKey());
      const counted = aKey();
      expect(await cache.increment(counted, { by: 2, ttlMs: 60_000 })).toBe(2);
      expect(await cache.increment(counted, { by: 2, ttlMs: 60_000 })).toBe(4);
      await cache.stop();
      expect(cache.sent().failures).toBeGreaterThan(0);
    },
  );

  it('is a cache that has nothing when nobody listens or the token is wrong', async () => {
    for (const change of [{ url: 'http://127.0.0.1:9' }, { token: 'another-fake-token' }]) {
      const cache = at(change);
      expect(await cache.get(aKey())).toBeUndefined();
      expect(cache.sent().failures).toBe(1);
      await expect(cache.ping()).rejects.toThrow('does not answer');
    }
  });

  it('is left alone for a while after some failures, counts on by itself, and is told when it is back', async () => {
    let nowMs = 1_000_000;
    const cache = at({ deadlineMs: 100, clock: () => nowMs, syncMs: 0 });
    service.trouble('refuses');
    for (let i = 0; i < 20; i++) await cache.get(aKey());
    expect(cache.sent()).toEqual({ commands: 3, failures: 3 });
    await expect(cache.ping()).rejects.toThrow('does not answer');
    const key = aKey();
    for (let i = 1; i <= 5; i++) expect(await cache.increment(key, { by: 1, ttlMs: 60_000 })).toBe(i);
    service.trouble('none');
    nowMs += 5_001;
    expect(await cache.increment(key, { by: 1, ttlMs: 60_000 })).toBe(6);
    await expect(cache.ping()).resolves.toBeUndefined();
    expect(await redis.command('GET', `count/${key}`)).toBe('6');
    await cache.stop();
  });

  it('says in the log what is wrong, once, and nothing of keys and values', async () => {
    const said: unknown[] = [];
    const cache = at({ log: { warn: (...args: unknown[]) => void said.push(args) } });
    service.trouble('refuses');
    for (let i = 0; i < 3; i++) await cache.set(aKey(), 'a private value', minute);
    expect(said).toEqual([
      [{ reason: expect.stringContaining('max daily request limit') as string }, expect.any(String)],
    ]);
    expect(JSON.stringify(said)).not.toMatch(/private|0192|fake-token/);
  });

  it('is seen by readiness, which does without it, and in the metrics', async () => {
    const cache = at();
    const { getReadiness } = systemService({
      version: '0.0.0',
      ports: [{ port: 'cache', engine: () => cache.engine, ping: cache.ping, isOptional: true }],
      isStopping: () => false,
    });
    const metrics = new Registry();
    cacheMetrics(metrics, cache);
    const ctx = undefined as never;
    await cache.get(aKey());
    expect(await getReadiness(ctx, {})).toMatchObject({ status: 'ok', ports: [{ engine: 'Upstash Redis', ok: true }] });
    service.trouble('refuses');
    for (let i = 0; i < 3; i++) await cache.get(aKey());
    expect(await getReadiness(ctx, {})).toMatchObject({ status: 'ok', ports: [{ ok: false, latencyMs: null }] });
    expect(await metrics.metrics()).toMatch(/^whetstone_cache_commands_total 4$/m);
    expect(await metrics.metrics()).toMatch(/^whetstone_cache_failures_total 3$/m);
  });
});
