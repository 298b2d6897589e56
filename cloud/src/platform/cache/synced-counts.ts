import type { Redis } from '@upstash/redis';
import type { Line } from './line.ts';
import { syncMs as usualSyncMs, wholeMs, type Cache } from './cache.ts';
import { localCounts } from './local.ts';

interface Options {
  redis: Pick<Redis, 'pipeline'>;
  line: Pick<Line, 'ask' | 'isResting'>;
  clock: () => number;
  syncMs?: number | undefined;
}

interface Count {
  key: string;
  /** Of all machines, as far as this one was told, with what it has sent itself. */
  known: number;
  /** Counted here and not sent yet. */
  unsent: number;
  ttlMs: number;
  sentAtMs: number;
  sending: Promise<void> | undefined;
  /** Whether the service has answered to it: then it knows its end. */
  isShared: boolean;
}

/**
 * Counts that machines share and keep locally: a key that is counted rarely is sent at once and exact, one that is counted
 * often is sent once in `syncMs`, all such keys in one request.
 *
 * What was sent without an answer is taken for counted, since counting it twice, again and again at a service that is too
 * slow, would shut people out.
 */
export function syncedCounts({ redis, line, clock, syncMs = usualSyncMs }: Options) {
  const counts = localCounts<Count>({ clock });
  const unsent = new Map<string, Count>();
  let timer: NodeJS.Timeout | undefined;

  function begin(key: string, ttlMs: number): Count {
    const count = { key, known: 0, unsent: 0, ttlMs, sentAtMs: -Infinity, sending: undefined, isShared: false };
    counts.set(key, count, { ttl: wholeMs(ttlMs) });
    return count;
  }

  /** One at a time of each key, so that answers come in the order of what they count. */
  const isDue = ({ sending, sentAtMs }: Count) => !sending && clock() - sentAtMs >= syncMs;

  async function send(batch: Count[]): Promise<void> {
    if (batch.length === 0) return;
    const pipeline = redis.pipeline();
    for (const count of batch) {
      pipeline.incrby(nameOf(count.key), count.unsent);
      // Later ones find it set; one that has ended in between is given its end by the first of the next machine.
      if (!count.isShared) pipeline.pexpire(nameOf(count.key), wholeMs(count.ttlMs), 'NX');
    }
    const widths = batch.map(({ isShared }) => (isShared ? 1 : 2));
    const sending = line
      .ask(pipeline.length(), async () => totalsOf(await pipeline.exec<unknown[]>(), widths))
      .then((totals) => {
        for (const [index, count] of batch.entries()) {
          count.sending = undefined;
          if (!totals) continue;
          count.known = totals[index]!;
          count.isShared = true;
        }
      });
    for (const count of batch) {
      unsent.delete(count.key);
      Object.assign(count, { known: count.known + count.unsent, unsent: 0, sentAtMs: clock(), sending });
    }
    await sending;
  }

  function flush() {
    timer = undefined;
    if (!line.isResting()) void send([...unsent.values()].filter(isDue));
    flushLater();
  }

  function flushLater() {
    if (unsent.size > 0) timer ??= setTimeout(flush, syncMs).unref();
  }

  const increment: Cache['increment'] = async (key, { by, ttlMs }) => {
    const count = counts.get(key) ?? begin(key, ttlMs);
    count.unsent += by;
    unsent.set(key, count);
    if (isDue(count) && !line.isResting()) await send([count]);
    // What the others have counted is on its way for the first time.
    else if (!count.isShared) await count.sending;
    flushLater();
    return count.known + count.unsent;
  };

  return {
    nameOf,
    increment,
    forget(key: string) {
      counts.delete(key);
      unsent.delete(key);
    },
    async stop() {
      clearTimeout(timer);
      await send([...unsent.values()]);
    },
  };
}

const nameOf = (key: string) => `count/${key}`;

/** The totals out of the answers to a batch, each of which has the answers to one command or two. */
function totalsOf(answers: unknown, widths: number[]): number[] {
  if (!Array.isArray(answers)) throw new Error('the answer is not a list');
  let next = 0;
  return widths.map((width) => {
    const total: unknown = answers[next];
    next += width;
    if (typeof total !== 'number' || !Number.isSafeInteger(total)) throw new Error('the answer is not a count');
    return total;
  });
}
