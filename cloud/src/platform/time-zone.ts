const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

/** How far a clock is ever set forward or back in one night, and more. */
export const longestLeapMs = 180 * minuteMs;

/** A clock on the wall somewhere. Its readings are numbers as well: the instant at which UTC's clock would show the same. */
export interface WallClock {
  /** What it shows at an instant, to the second. */
  reads(instantMs: number): number;
  /** When it shows that: for the first time where it does so twice, and as much later as it leaps where it never does. */
  showsAt(readingMs: number): number;
}

export const isTimeZone = (name: string): boolean => {
  // Offsets such as +02:00 are taken by some versions of Node and not by others.
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
};

/** The clock of an IANA time zone. */
export function wallClock(timeZone: string): WallClock {
  if (timeZone === 'UTC') return { reads: (ms) => ms, showsAt: (ms) => ms };
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  const reads = (instantMs: number) => {
    const of = Object.fromEntries(parts.formatToParts(instantMs).map(({ type, value }) => [type, Number(value)]));
    return Date.UTC(of['year']!, of['month']! - 1, of['day'], of['hour'], of['minute'], of['second']);
  };
  return {
    reads,
    showsAt(readingMs) {
      // No clock is changed twice within two days, so that one of the offsets around is right.
      const [before, after] = [readingMs - dayMs, readingMs + dayMs].map((ms) => reads(ms) - ms) as [number, number];
      const found = [readingMs - before, readingMs - after].filter((ms) => reads(ms) === readingMs);
      return found.length > 0 ? Math.min(...found) : readingMs - before;
    },
  };
}
