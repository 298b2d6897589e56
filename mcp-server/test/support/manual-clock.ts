import type { Clock } from '../../src/offline/clock.ts';

export interface ManualClock extends Clock {
  /** Lets time pass on both clocks and runs what falls due. */
  advance(ms: number): void;
  /** Somebody sets the time of day. */
  setWall(wallMs: number): void;
}

export function manualClock(startMs = Date.parse('2026-03-01T09:00:00Z')): ManualClock {
  let wallMs = startMs;
  let steadyMs = 0;
  const timers = new Set<{ dueMs: number; run: () => void }>();
  return {
    wallMs: () => wallMs,
    steadyMs: () => steadyMs,
    setWall: (ms) => void (wallMs = ms),
    after(delayMs, run) {
      const timer = { dueMs: steadyMs + delayMs, run };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    advance(ms) {
      wallMs += ms;
      steadyMs += ms;
      for (const timer of timers) {
        if (timer.dueMs > steadyMs) continue;
        timers.delete(timer);
        timer.run();
      }
    },
  };
}
