/** Figures that no experiment can have: a mistake of the caller, which must not go on as NaN. */
export function refuseCounts(successes: number, n: number): void {
  if (!isCount(successes) || !isCount(n) || successes > n)
    throw new RangeError(`expected whole numbers 0 <= successes <= n, got ${successes} of ${n}`);
}

/** NaN and infinities would spoil every sum that follows, silently. */
export function refuseNonFinite(values: ArrayLike<number>, what: string): void {
  for (let i = 0; i < values.length; i++)
    if (!Number.isFinite(values[i])) throw new RangeError(`${what} ${i} is ${values[i]}, expected a finite number`);
}

export function refuseChance(chance: number, what: string): void {
  if (!(chance > 0 && chance < 1)) throw new RangeError(`expected ${what} between 0 and 1, got ${chance}`);
}

export const isCount = (value: number): boolean => Number.isSafeInteger(value) && value >= 0;
