/** Reads one header of an answer; names are case-insensitive. */
export type ReadHeader = (name: string) => string | null;

/** How long the endpoint asks to stay away, when it says so. The first of the forms below that can be read counts. */
export function retryAfterMs(header: ReadHeader, nowMs: number): number | undefined {
  const exact = number(header('retry-after-ms'));
  if (exact !== undefined) return exact;
  return httpWaitMs(header('retry-after'), nowMs) ?? refusedResetMs(header, nowMs);
}

/** What an answer says of the requests left until the window is over. Undefined when it does not. */
export function requestsLeft(header: ReadHeader, nowMs: number): { remaining: number; resetMs: number } | undefined {
  for (const { remaining, reset } of requestWindows) {
    const left = number(header(remaining));
    const resetMs = resetWaitMs(header(reset), nowMs);
    if (left !== undefined && resetMs !== undefined) return { remaining: left, resetMs };
  }
  return undefined;
}

const requestWindows = [
  { remaining: 'x-ratelimit-remaining-requests', reset: 'x-ratelimit-reset-requests' },
  { remaining: 'anthropic-ratelimit-requests-remaining', reset: 'anthropic-ratelimit-requests-reset' },
  { remaining: 'x-ratelimit-remaining', reset: 'x-ratelimit-reset' },
  { remaining: 'ratelimit-remaining', reset: 'ratelimit-reset' },
];
const windows = [
  ...requestWindows,
  { remaining: 'x-ratelimit-remaining-tokens', reset: 'x-ratelimit-reset-tokens' },
  { remaining: 'anthropic-ratelimit-tokens-remaining', reset: 'anthropic-ratelimit-tokens-reset' },
];

/** Of a refusal: the latest reset among the windows that are used up; where none says so, the earliest of all. */
function refusedResetMs(header: ReadHeader, nowMs: number): number | undefined {
  const said = windows.flatMap(({ remaining, reset }) => {
    const waitMs = resetWaitMs(header(reset), nowMs);
    return waitMs === undefined ? [] : [{ waitMs, left: number(header(remaining)) }];
  });
  const usedUp = said.filter(({ left }) => left === 0);
  if (usedUp.length > 0) return Math.max(...usedUp.map(({ waitMs }) => waitMs));
  return said.length > 0 ? Math.min(...said.map(({ waitMs }) => waitMs)) : undefined;
}

/** RFC 9110, section 10.2.3: seconds or a date. */
function httpWaitMs(text: string | null, nowMs: number): number | undefined {
  const seconds = number(text);
  return seconds === undefined ? dateWaitMs(text, nowMs) : seconds * 1000;
}

/** `1s`, `6m0s`, `1h2m3.5s`, `20ms`; seconds; seconds or milliseconds since 1970; a date. Every provider has its own. */
function resetWaitMs(text: string | null, nowMs: number): number | undefined {
  const value = number(text);
  if (value !== undefined) {
    if (value > 1e11) return Math.max(0, value - nowMs);
    return value > 1e8 ? Math.max(0, value * 1000 - nowMs) : value * 1000;
  }
  return durationMs(text) ?? dateWaitMs(text, nowMs);
}

const unitMs: Record<string, number> = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000, ms: 1 };

function durationMs(text: string | null): number | undefined {
  if (!text || !/^(\d+(\.\d+)?(ms|[dhms]))+$/.test(text.trim())) return undefined;
  let sum = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|[dhms])/g))
    sum += Number(amount) * (unitMs[unit ?? ''] ?? 0);
  return sum;
}

function dateWaitMs(text: string | null, nowMs: number): number | undefined {
  // Date.parse takes `-5` for a year.
  const date = text && /\d:\d/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, date - nowMs);
}

const number = (text: string | null): number | undefined =>
  text !== null && /^\s*\d+(\.\d+)?\s*$/.test(text) ? Number(text) : undefined;
