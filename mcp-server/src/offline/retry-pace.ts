const floorMs = 1_000;
const ceilingMs = 30_000;
/** A server may ask for more patience than that, but not silence us for good. */
const maxRetryAfterMs = 300_000;

/**
 * The pause after the n-th failure in a row: full jitter between one second and an exponentially growing limit, so that
 * many clients do not return at once (https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter).
 * What the server asked for by `Retry-After` is the least.
 */
export function retryDelayMs(failures: number, random: () => number, retryAfterMs = 0) {
  const limitMs = Math.min(ceilingMs, floorMs * 2 ** failures);
  const delayMs = floorMs + random() * (limitMs - floorMs);
  return Math.max(delayMs, Math.min(retryAfterMs, maxRetryAfterMs));
}

/** The header as delay. Its other form, a date, would trust two clocks to agree; our server sends seconds. */
export const parseRetryAfter = (header: string | null) =>
  header && /^\d{1,6}$/.test(header) ? Number(header) * 1_000 : undefined;
