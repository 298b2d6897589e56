import { systemClock } from '../clock.ts';
import { atExit } from '../../at-exit.ts';
import { assignmentJournal } from './assignment-journal.ts';
import { assignments, type Assignments } from './assignments.ts';

interface Wish {
  /** Reads and keeps nothing. */
  isLook: boolean;
}

/** The first answers in a folder; without one there are no rules either, so that there is nothing to keep. */
export function openAssignments(folder: (() => string) | undefined, { isLook }: Wish): Assignments {
  if (!folder) return nothing;
  const opened = assignments({ journal: assignmentJournal(folder), clock: systemClock, atExit });
  return isLook ? { ...opened, keep: () => undefined } : opened;
}

const nothing: Assignments = {
  of: () => undefined,
  refresh: async () => undefined,
  keep: () => undefined,
  problem: () => undefined,
  settled: async () => undefined,
};
