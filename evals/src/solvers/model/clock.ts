import { setTimeout as delay } from 'node:timers/promises';

/** Time as the retries and the pace see it; tests hand in their own. */
export interface Clock {
  /** Milliseconds since 1970: Retry-After may be a date. */
  now(): number;
  /** Rejects with the signal's reason when it aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

// Node's timers fire at once for more than this.
const longestTimerMs = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: Date.now,
  async sleep(ms, signal) {
    try {
      await delay(Math.min(Math.ceil(ms), longestTimerMs), undefined, signal && { signal });
    } catch (error) {
      throw signal?.aborted ? signal.reason : error;
    }
  },
};
