interface Options {
  clock: () => number;
  /** Told of a failure now and then, not of each. */
  complain: (error: unknown) => void;
  /** Others show that somebody answers. */
  isFailure?: (error: unknown) => boolean;
  restMs?: number | undefined;
}

export interface Breaker {
  /** Rejects as the call does, and at once while nothing is asked. */
  attempt<T>(call: () => Promise<T>): Promise<T>;
  /** Whether nothing would be asked now. */
  isResting(): boolean;
  answeredAtMs(): number;
}

const failuresInRow = 3;
const complainEveryMs = 30_000;

/** After a few failures in a row nothing is asked for a while, so that nobody waits for what is away; then one call tries. */
export function breaker({ clock, complain, isFailure = () => true, restMs = 5_000 }: Options): Breaker {
  let inRow = 0;
  let restsUntilMs = -Infinity;
  let answeredAtMs = -Infinity;
  let quietUntilMs = -Infinity;

  const isResting = () => clock() < restsUntilMs;

  function answered() {
    inRow = 0;
    restsUntilMs = -Infinity;
    answeredAtMs = clock();
  }

  function failed(error: unknown) {
    inRow++;
    // Set again by the one call that tries, so that others do not wait with it.
    if (inRow >= failuresInRow) restsUntilMs = clock() + restMs;
    if (clock() < quietUntilMs) return;
    quietUntilMs = clock() + complainEveryMs;
    complain(error);
  }

  return {
    async attempt(call) {
      if (isResting()) throw new Resting();
      if (inRow >= failuresInRow) restsUntilMs = clock() + restMs;
      try {
        const answer = await call();
        answered();
        return answer;
      } catch (error) {
        if (isFailure(error)) failed(error);
        else answered();
        throw error;
      }
    },
    isResting,
    answeredAtMs: () => answeredAtMs,
  };
}

class Resting extends Error {
  override name = 'Resting';
  constructor() {
    super('it did not answer several times in a row and is left alone for a moment');
  }
}
