/** How a receiver stands that may not be answering. */
export interface Silence {
  /** Attempts without an answer since the last one that had any; those of one moment count once. */
  silentInRow: number;
  /** It is not called before. */
  restingUntil: Date | null;
}

interface Called {
  /** Any status is an answer. */
  hasAnswered: boolean;
  /** What `silentInRow` was when the call began. */
  silentBefore: number;
  endedAt: Date;
}

/** 5 s, less than the pause before the first repetition, then 10 s, 20 s … 10 minutes. */
const firstRestMs = 5_000;
const longestRestMs = 10 * 60_000;

/**
 * Leaves a receiver alone that did not answer, for longer each time: those who wait for it in vain are few, and hold nothing
 * up that others are sent.
 */
export function silenceAfter(standing: Silence, { hasAnswered, silentBefore, endedAt }: Called): Silence {
  if (hasAnswered) return { silentInRow: 0, restingUntil: null };
  // Another attempt of the same moment has been counted.
  if (standing.silentInRow !== silentBefore) return standing;
  const restMs = Math.min(longestRestMs, firstRestMs * 2 ** Math.min(silentBefore, 16));
  return { silentInRow: silentBefore + 1, restingUntil: new Date(endedAt.getTime() + restMs) };
}
