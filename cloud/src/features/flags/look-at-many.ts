import type { Slices } from './slices.ts';

interface Dependencies {
  each: Slices;
  /** Of a clock that never goes back. */
  steadyMs: () => number;
}

/** What a look at a list may take of the thread in all. A flag of usual size is looked at 10,000 times in a tenth of it. */
const mostMs = 1_000;

/**
 * Looks at one after the other in slices, so that others have their turn, until the time for it is spent: of a flag that
 * takes long to decide, some answer for all. Resolves with how many were looked at, at least one where there is any.
 */
export const lookAtMany =
  ({ each, steadyMs }: Dependencies) =>
  async <T>(items: Iterable<T>, look: (item: T) => void): Promise<number> => {
    let looked = 0;
    let spentMs = 0;
    const timed = (item: T) => {
      const fromMs = steadyMs();
      look(item);
      looked++;
      spentMs += steadyMs() - fromMs;
    };
    await each(items, timed, () => spentMs < mostMs);
    return looked;
  };

export type LookAtMany = ReturnType<typeof lookAtMany>;
