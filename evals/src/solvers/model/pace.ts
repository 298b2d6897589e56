/**
 * How many calls to one endpoint may be under way, decided by what it answered: additive increase, multiplicative
 * decrease (Chiu and Jain, "Analysis of the increase and decrease algorithms for congestion avoidance in computer
 * networks", 1989). Without a word of overload there is no limit at all: the workers are the limit.
 */
export interface Pace {
  limit: number;
  /** Grows with every decrease: calls that started before it do not decrease the limit again. */
  round: number;
  /** Answers of this round since the limit last changed. */
  answers: number;
  /** The most that was under way when the first overload came; the limit ends where it is reached again. */
  widest: number;
  pausedUntil: number;
  /**
   * Requests that the endpoint still allows in its present window, by its latest answer. Calls under way may be counted in
   * it or not; one too many is refused and comes again, one too few would wait for nothing.
   */
  allowance?: { left: number; until: number };
}

export const freshPace: Pace = { limit: Infinity, round: 0, answers: 0, widest: 0, pausedUntil: 0 };

/** Whether a call may start now; when not, the time at which to ask again, where it is known. */
export function mayStart(pace: Pace, underWay: number, now: number): { start: boolean; askAt?: number } {
  if (now < pace.pausedUntil) return { start: false, askAt: pace.pausedUntil };
  if (underWay >= pace.limit) return { start: false };
  const { allowance } = pace;
  if (allowance && allowance.left <= 0 && now < allowance.until) return { start: false, askAt: allowance.until };
  return { start: true };
}

export function afterStart(pace: Pace): Pace {
  const { allowance } = pace;
  return allowance ? { ...pace, allowance: { ...allowance, left: allowance.left - 1 } } : pace;
}

export interface PacedCall {
  /** Round in which it started. */
  round: number;
  /** Calls under way when it ended, itself included. */
  underWay: number;
  now: number;
}

export function afterOverload(pace: Pace, { round, underWay, now }: PacedCall, retryAfterMs = 0): Pace {
  const pausedUntil = Math.max(pace.pausedUntil, now + retryAfterMs);
  if (round < pace.round) return { ...pace, pausedUntil };
  const width = Math.min(pace.limit, underWay);
  return {
    ...pace,
    limit: Math.max(1, Math.floor(width / 2)),
    round: pace.round + 1,
    answers: 0,
    widest: Math.max(pace.widest, underWay),
    pausedUntil,
  };
}

// A window longer than this (a day's) is left to the refusal that ends it: it may be wrong, and a pause of hours is not ours to choose.
const longestWindowMs = 60_000;

export function afterAnswer(
  pace: Pace,
  { round, now }: PacedCall,
  left?: { remaining: number; resetMs: number },
): Pace {
  const grown = round === pace.round ? grow(pace) : pace;
  if (!left || left.resetMs > longestWindowMs) return grown;
  return { ...grown, allowance: { left: left.remaining, until: now + left.resetMs } };
}

function grow(pace: Pace): Pace {
  if (pace.limit === Infinity) return pace;
  if (pace.answers + 1 < pace.limit) return { ...pace, answers: pace.answers + 1 };
  const limit = pace.limit + 1;
  return { ...pace, answers: 0, limit: limit >= pace.widest ? Infinity : limit };
}
