import { firstOf, momentOf, type Clock, type Moment } from './clock.ts';
import type { Link } from './ruleset-link.ts';

/** An attempt to reach the cloud, for which any number of callers may wait. */
export interface Attempt {
  startedAt: Moment;
  /** Waits until it is over, for a time, or until the caller gives up. When all have, nobody needs it: it is called off. */
  wait(waitMs: number, signal?: AbortSignal): Promise<void>;
  /** From now on it is not called off. */
  keep(): void;
}

export function attemptOf(link: Link, over: Promise<void>, clock: Clock): Attempt {
  let waiting = 0;
  let isKept = false;
  const keep = () => void (isKept = true);
  return {
    startedAt: momentOf(clock),
    keep,
    async wait(waitMs, signal) {
      // Who would not wait still wants to see the outcome next time.
      if (waitMs <= 0) return keep();
      waiting += 1;
      await firstOf(over, waitMs, clock, signal);
      waiting -= 1;
      if (!signal?.aborted) keep();
      else if (waiting === 0 && !isKept) link.close();
    },
  };
}
