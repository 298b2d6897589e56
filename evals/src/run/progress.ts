import type { Status } from './result.ts';

export type Counts = Record<Status, number>;

export interface Progress {
  done: number;
  total: number;
  counts: Counts;
  /** Of this session; absent before the first. */
  samplesPerSecond?: number;
  etaMs?: number;
  /** Paid so far, by all sessions of this run, where prices are known. */
  paidUsd: number;
}

export const noCounts = (): Counts => ({ passed: 0, failed: 0, error: 0, timeout: 0, skipped: 0 });

/** `doneBefore` came from an earlier session and says nothing of this one's pace. */
export function progressOf(state: {
  counts: Counts;
  total: number;
  doneBefore: number;
  elapsedMs: number;
  paidUsd: number;
}): Progress {
  const { counts, total, doneBefore, elapsedMs, paidUsd } = state;
  const done = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const here = done - doneBefore;
  const progress = { done, total, counts: { ...counts }, paidUsd };
  if (here <= 0 || elapsedMs <= 0) return progress;
  const samplesPerSecond = (here * 1_000) / elapsedMs;
  return { ...progress, samplesPerSecond, etaMs: Math.round(((total - done) * 1_000) / samplesPerSecond) };
}
