/** Figures that no experiment can have: a mistake of the caller, which must not go on as NaN. */
export function refuseCounts(successes: number, n: number): void {
  if (!isCount(successes) || !isCount(n) || successes > n)
    throw new RangeError(`expected whole numbers 0 <= successes <= n, got ${successes} of ${n}`);
}

/** NaN and infinities would spoil every sum that follows, silently. */
export function refuseNonFinite(values: Iterable<number>, what: string): void {
  let index = 0;
  for (const value of values) {
    if (!Number.isFinite(value)) throw new RangeError(`${what} ${index} is ${value}, expected a finite number`);
    index++;
  }
}

export function refuseChance(chance: number, what: string): void {
  if (!(chance > 0 && chance < 1)) throw new RangeError(`expected ${what} between 0 and 1, got ${chance}`);
}

export const isCount = (value: number): boolean => Number.isSafeInteger(value) && value >= 0;
