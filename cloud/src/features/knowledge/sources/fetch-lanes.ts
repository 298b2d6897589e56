/** Time as the fetching of pages knows it; tests have one that does not pass by itself. */
export interface Time {
  now: () => number;
  /** Rejects with the signal's reason when it is aborted. */
  sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** From 0 to 1. */
  random: () => number;
}

/** Where calls to one host wait for each other. */
export interface Lanes {
  /** Runs a task once all before it have ended, and `restMs` after the last of them. */
  inTurn<T>(host: string, restMs: number, signal: AbortSignal, task: () => Promise<T>): Promise<T>;
}

interface Lane {
  last: Promise<unknown>;
  endedAt: number;
  /** How many are in it. */
  length: number;
}

/** One lane for each host, for all that fetch in this process: however many sources lie on a host, it is asked one thing at a time. */
export function hostLanes({ now, sleep }: Time): Lanes {
  const lanes = new Map<string, Lane>();
  const forgotten = 10 * 60_000;
  return {
    inTurn(host, restMs, signal, task) {
      for (const [name, { length, endedAt }] of lanes)
        if (length === 0 && endedAt < now() - forgotten) lanes.delete(name);
      const lane: Lane = lanes.get(host) ?? { last: Promise.resolve(), endedAt: -Infinity, length: 0 };
      lanes.set(host, lane);
      lane.length++;
      const before = lane.last;
      const run = async () => {
        await before;
        signal.throwIfAborted();
        const wait = lane.endedAt + restMs - now();
        if (wait > 0) await sleep(wait, signal);
        try {
          return await task();
        } finally {
          lane.endedAt = now();
        }
      };
      const turn = run();
      // Whoever comes next waits for the end of this one, not for its luck.
      lane.last = turn.catch(() => undefined).finally(() => lane.length--);
      return turn;
    },
  };
}
