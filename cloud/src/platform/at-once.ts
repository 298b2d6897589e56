import { WhetstoneError } from '@whetstone/shared/errors';

interface Limits {
  /** So many run at the same time. */
  running: number;
  /** So many wait for their turn. */
  waiting: number;
}

/** Runs so many works at once; others wait in their order. Throws `unavailable` when too many wait already. */
export function atOnce(most: Limits) {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async <T>(work: () => Promise<T>): Promise<T> => {
    if (running < most.running) running++;
    else if (waiting.length < most.waiting) await new Promise<void>((resolve) => waiting.push(resolve));
    else throw new WhetstoneError('unavailable', `${most.waiting} others wait for this already; try again`);
    try {
      return await work();
    } finally {
      // Whose turn is next takes the place over.
      const next = waiting.shift();
      if (next) next();
      else running--;
    }
  };
}
