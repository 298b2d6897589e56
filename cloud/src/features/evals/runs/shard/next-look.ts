const minuteMs = 60_000;

/** An outage that lasts longer is worth a person's look. What is missing by then is `error`, and can be resumed. */
const longestMs = 15 * minuteMs;
const firstMs = 10_000;
const mostMs = 2 * minuteMs;

/**
 * In how many milliseconds a part of a run looks again for a sandbox that it has not had since a time: pauses that double, the
 * last look at the end of the time. Undefined when it has waited long enough.
 */
export function nextLookMs(awaySinceMs: number, nowMs: number): number | undefined {
  const goneMs = nowMs - awaySinceMs;
  if (goneMs >= longestMs) return undefined;
  return Math.min(Math.max(goneMs, firstMs), mostMs, longestMs - goneMs);
}
