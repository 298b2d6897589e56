/** Nothing that is told is older than the product: a clock that says so is wrong, as one that is ahead of ours is. */
const earliest = new Date(Date.UTC(2020, 0));

/** When something ended, as its teller says; the arrival where that cannot be, or nothing was said. */
export function believableInstant(said: string | undefined, now: Date): Date {
  const at = said === undefined ? now : new Date(said);
  return at >= earliest && at <= now ? at : now;
}
