import type { Clock } from './clock.ts';
import { CallFault } from './call-fault.ts';
import { afterAnswer, afterOverload, afterStart, freshPace, mayStart, type Pace } from './pace.ts';

/** Shared by everyone who calls one endpoint: one who is told to wait makes all wait. */
export interface Gate {
  /** Waits for a place, calls, and learns from how it ended. */
  pass<Reply extends { requestsLeft?: { remaining: number; resetMs: number } | undefined }>(
    call: () => Promise<Reply>,
    signal: AbortSignal,
  ): Promise<Reply>;
  /** For people who ask why it is slow. */
  state(): { underWay: number; waiting: number; limit: number; pausedUntil: number };
}

export function createGate(clock: Clock): Gate {
  let pace: Pace = freshPace;
  let underWay = 0;
  let wakeAt = Infinity;
  const waiting = new Set<() => void>();

  /** Lets in, oldest first, whom the pace allows. */
  function admit() {
    for (const enter of waiting) {
      const { start, askAt } = mayStart(pace, underWay, clock.now());
      if (!start) return askAt === undefined ? undefined : wake(askAt);
      waiting.delete(enter);
      underWay += 1;
      pace = afterStart(pace);
      enter();
    }
  }

  function wake(at: number) {
    if (at >= wakeAt) return;
    wakeAt = at;
    void clock.sleep(at - clock.now()).then(() => {
      if (wakeAt === at) wakeAt = Infinity;
      admit();
    });
  }

  const place = (signal: AbortSignal) =>
    new Promise<void>((resolve, reject) => {
      signal.throwIfAborted();
      const leave = () => {
        waiting.delete(enter);
        reject(signal.reason as Error);
      };
      const enter = () => {
        signal.removeEventListener('abort', leave);
        resolve();
      };
      waiting.add(enter);
      admit();
      if (waiting.has(enter)) signal.addEventListener('abort', leave, { once: true });
    });

  return {
    async pass(call, signal) {
      await place(signal);
      const { round } = pace;
      const ended = () => ({ round, underWay, now: clock.now() });
      try {
        const reply = await call();
        pace = afterAnswer(pace, ended(), reply.requestsLeft);
        return reply;
      } catch (error) {
        if (error instanceof CallFault && error.overload) pace = afterOverload(pace, ended(), error.retryAfterMs);
        throw error;
      } finally {
        underWay -= 1;
        admit();
      }
    },
    state: () => ({ underWay, waiting: waiting.size, limit: pace.limit, pausedUntil: pace.pausedUntil }),
  };
}
