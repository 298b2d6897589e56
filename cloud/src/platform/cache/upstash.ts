import { Redis } from '@upstash/redis';
import type { Logger } from 'pino';
import { openLine } from './line.ts';
import { localMs, maxValueBytes, wholeMs, type Cache } from './cache.ts';
import { localValues } from './local.ts';
import { syncedCounts } from './synced-counts.ts';

interface Options {
  url: string;
  token: string;
  clock: () => number;
  log: Pick<Logger, 'warn'>;
  /** How long anybody waits for an answer. */
  deadlineMs?: number;
  localMs?: number;
  syncMs?: number;
  /** After several failures in a row, how long nothing is asked. */
  restMs?: number;
}

/** What we wrote begins with this; an answer that does not is nobody's value. */
const mark = 'v1 ';
/** Service plans count commands, so readiness takes a recent answer for one. */
const provenForMs = 5 * 60_000;

/** The service of several machines: Redis by Upstash's REST interface, behind what this machine remembers of it. */
export function upstashCache({
  url,
  token,
  clock,
  log,
  deadlineMs = 250,
  localMs: rememberedMs = localMs,
  syncMs,
  restMs,
}: Options): Cache {
  const redis = new Redis({
    url,
    token,
    automaticDeserialization: false,
    enableAutoPipelining: false,
    enableTelemetry: false,
    // Who asks waits no longer than the deadline: there is no time for a second try.
    retry: { retries: 0, backoff: () => 0 },
    signal: () => AbortSignal.timeout(deadlineMs),
  });
  const line = openLine({ clock, log, restMs });
  const remembered = localValues({ clock });
  const reading = new Map<string, Promise<string | undefined>>();
  const counts = syncedCounts({ redis, line, clock, syncMs });

  async function read(key: string) {
    const answer = await line.ask(1, async () => checkedValue(await redis.get(nameOf(key))));
    return answer?.value;
  }

  function remember(key: string, value: string | undefined, ttlMs = rememberedMs) {
    // What is not there is worth remembering, too: the marked text of nothing is empty.
    remembered.set(key, value === undefined ? '' : mark + value, { ttl: wholeMs(Math.min(ttlMs, rememberedMs)) });
  }

  return {
    engine: 'Upstash Redis',

    async get(key) {
      const known = remembered.get(key);
      if (known !== undefined) return known === '' ? undefined : known.slice(mark.length);
      const underWay = reading.get(key);
      if (underWay) return underWay;
      const asking = read(key).then((value) => {
        // Something was set or deleted meanwhile: that is what is remembered.
        if (reading.get(key) === asking) {
          reading.delete(key);
          remember(key, value);
        }
        return value;
      });
      reading.set(key, asking);
      return asking;
    },

    async set(key, value, { ttlMs }) {
      reading.delete(key);
      if (Buffer.byteLength(value) > maxValueBytes) {
        remember(key, undefined);
        await line.ask(1, () => redis.del(nameOf(key)));
        return;
      }
      remember(key, value, ttlMs);
      await line.ask(1, () => redis.set(nameOf(key), mark + value, { px: wholeMs(ttlMs) }));
    },

    increment: counts.increment,

    async delete(key) {
      reading.delete(key);
      remember(key, undefined);
      counts.forget(key);
      await line.ask(1, () => redis.del(nameOf(key), counts.nameOf(key)));
    },

    async ping() {
      if (clock() - line.answeredAtMs() < provenForMs && !line.isResting()) return;
      const answer = await line.ask(1, () => redis.ping());
      if (answer === undefined) throw new Error('Upstash Redis does not answer');
    },

    sent: line.sent,
    stop: counts.stop,
  };
}

const nameOf = (key: string) => `value/${key}`;

/** Wrapped, so that nothing under a key is told from no answer. */
function checkedValue(answer: unknown): { value: string | undefined } {
  if (answer === null) return { value: undefined };
  if (typeof answer === 'string' && answer.startsWith(mark)) return { value: answer.slice(mark.length) };
  throw new Error('the answer is not a value that was set');
}
