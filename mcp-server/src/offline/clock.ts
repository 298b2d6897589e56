import { performance } from 'node:perf_hooks';

export interface Clock {
  /** Time of day: jumps when somebody sets the clock. */
  wallMs(): number;
  /** Never jumps, but stands still while the machine sleeps. */
  steadyMs(): number;
  /**
   * Runs once after a delay and answers how to call it off. A timer that somebody awaits must hold the process open:
   * nothing else may do so while a connection is being made, and Node would exit in the middle of the call.
   */
  after(delayMs: number, run: () => void, wish?: { holdOpen: boolean }): () => void;
}

export const systemClock: Clock = {
  wallMs: () => Date.now(),
  steadyMs: () => performance.now(),
  after(delayMs, run, wish) {
    const timer = setTimeout(run, delayMs);
    if (!wish?.holdOpen) timer.unref();
    return () => clearTimeout(timer);
  },
};

/** A point in time as both clocks saw it. */
export interface Moment {
  wallMs: number;
  steadyMs: number;
}

export const momentOf = (clock: Clock): Moment => ({ wallMs: clock.wallMs(), steadyMs: clock.steadyMs() });

/** A moment of which only the time of day was written down. */
export function momentAt(wallMs: number, clock: Clock): Moment {
  return { wallMs, steadyMs: clock.steadyMs() - Math.max(0, clock.wallMs() - wallMs) };
}

/** The larger of both differences: neither a clock set back nor a night asleep may make something old look fresh. */
export const elapsedMs = (since: Moment, clock: Clock) =>
  Math.max(0, clock.wallMs() - since.wallMs, clock.steadyMs() - since.steadyMs);

/** Resolves with the task, when the time is up or when the caller gives up, whichever comes first. */
export function firstOf(task: Promise<void>, waitMs: number, clock: Clock, signal?: AbortSignal) {
  return new Promise<void>((resolve) => {
    if (signal?.aborted) return resolve();
    const finish = () => {
      cancel();
      signal?.removeEventListener('abort', finish);
      resolve();
    };
    const cancel = clock.after(waitMs, finish, { holdOpen: true });
    signal?.addEventListener('abort', finish);
    void task.then(finish);
  });
}
