import { setImmediate as nextTurn } from 'node:timers/promises';

interface Options {
  /** Of a clock that never goes back. */
  steadyMs: () => number;
}

/** How long one request may hold the thread before whatever else waits has its turn. */
const sliceMs = 5;

/**
 * Does long work in slices of 5 ms: short work is done at once and without a promise. Of all the work that goes on, one
 * slice is done between two turns of the event loop, so that many long requests hold others up no longer than one does.
 */
export function slices({ steadyMs }: Options) {
  let queue: Promise<void> = Promise.resolve();
  const turn = () => (queue = queue.then(() => nextTurn()));

  return function each<T>(items: Iterable<T>, work: (item: T) => void, isWanted: () => boolean): void | Promise<void> {
    const rest = items[Symbol.iterator]();
    const slice = () => {
      const untilMs = steadyMs() + sliceMs;
      for (let next = rest.next(); !next.done; next = rest.next()) {
        work(next.value);
        if (steadyMs() >= untilMs) return false;
      }
      return true;
    };
    const goOn = async () => {
      do await turn();
      while (isWanted() && !slice());
    };
    return slice() ? undefined : goOn();
  };
}

export type Slices = ReturnType<typeof slices>;
