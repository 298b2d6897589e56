import { LRUCache } from 'lru-cache';
import { dayMs } from '../../../../platform/day.ts';

interface Options {
  /** What was spent since a time, as far as it is written down. */
  readSpent: (projectId: string, from: Date) => Promise<number>;
  clock: () => number;
  onError: (error: unknown) => void;
}

interface Day {
  /** Milliseconds since 1970 at its beginning, UTC. */
  startMs: number;
  /** By this process and not written down yet. */
  openUsd: number;
  /** By all processes, as far as it was written down when it was last read; undefined: not read yet. */
  writtenUsd: number | undefined;
  /** Not before then is it asked for again. */
  readAgainAtMs: number;
}

const pauseMs = 5_000;

/**
 * What exploring has cost a project today (UTC) above the usual answers, in US dollars. It begins with what is written down, so
 * that a restart gives nobody a second budget: until that was read nobody explores. Each process knows of the others what they
 * had written down when it last wrote some itself, so several together may overshoot by what each has not written yet.
 */
export function explorationBudget({ readSpent, clock, onError }: Options) {
  const days = new LRUCache<string, Day>({ max: 10_000 });

  const startOfDay = () => Math.floor(clock() / dayMs) * dayMs;

  function today(projectId: string): Day {
    const known = days.get(projectId);
    const startMs = startOfDay();
    if (known?.startMs === startMs) return known;
    const fresh: Day = { startMs, openUsd: 0, writtenUsd: undefined, readAgainAtMs: -Infinity };
    days.set(projectId, fresh);
    return fresh;
  }

  function read(projectId: string, day: Day) {
    if (clock() < day.readAgainAtMs) return;
    day.readAgainAtMs = clock() + pauseMs;
    readSpent(projectId, new Date(day.startMs))
      .then((usd) => {
        day.writtenUsd ??= usd;
      })
      .catch(onError);
  }

  return {
    startOfDay: () => new Date(startOfDay()),

    /** Whether an answer that may cost so much more than the usual one still fits. */
    allows(projectId: string, extraUsd: number, budgetUsd: number): boolean {
      const day = today(projectId);
      if (day.writtenUsd === undefined) {
        read(projectId, day);
        return false;
      }
      return budgetUsd > 0 && day.openUsd + day.writtenUsd + extraUsd <= budgetUsd;
    },

    spend(projectId: string, usd: number) {
      today(projectId).openUsd += usd;
    },

    /** So much of what was spent here is written down now, and so much altogether. */
    written(projectId: string, ownUsd: number, allUsd: number) {
      const day = today(projectId);
      day.openUsd = Math.max(0, day.openUsd - ownUsd);
      day.writtenUsd = allUsd;
    },
  };
}

export type ExplorationBudget = ReturnType<typeof explorationBudget>;
