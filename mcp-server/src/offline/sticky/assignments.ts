import type { Assigned, FirstAnswer } from '@whetstone/shared/flags';
import { hash } from 'node:crypto';
import type { Clock } from '../clock.ts';
import type { Assignment, AssignmentJournal } from './assignment-journal.ts';

/** What sticky splits served first, to whom: in memory for answers, on disk for the other processes and the next start. */
export interface Assignments {
  of: Assigned;
  /** Takes up what other processes have written since, at the first time everything. */
  refresh(): Promise<void>;
  /** In memory at once; the disk has it a moment later. */
  keep(answer: FirstAnswer): void;
  problem(): string | undefined;
  /** Resolves when the disk has everything. */
  settled(): Promise<void>;
}

export interface AssignmentDependencies {
  journal: AssignmentJournal;
  clock: Pick<Clock, 'wallMs'>;
  /** Has something done when the process ends, and answers how to call it off. */
  atExit: (run: () => void) => () => void;
}

const keptForMs = 30 * 24 * 3_600_000;
/** The oldest are forgotten first. */
const maxKept = 10_000;

export function assignments({ journal, clock, atExit }: AssignmentDependencies): Assignments {
  /** As the disk has it. */
  const known = new Map<string, Assignment>();
  /** Of this process, until it was read back: somebody else may have written first. */
  const own = new Map<string, Assignment>();
  let waiting: Assignment[] = [];
  let writing: Promise<void> | undefined;
  let reading: Promise<void> | undefined;
  let problem: string | undefined;

  const held = (id: string) => known.get(id) ?? own.get(id);

  /** The first one counts, however often and by however many it is written: all read the same lines in the same order. */
  function take(line: Assignment) {
    const before = known.get(line.id);
    if (before && line.atMs - before.atMs < keptForMs && line.instead !== before.variant) return;
    // Deleted before it is set, so that the map stays in the order of age.
    known.delete(line.id);
    known.set(line.id, line);
    forgetOldest(known);
  }

  async function read() {
    const { lines, problem: readProblem } = await journal.readNew();
    problem = readProblem;
    for (const line of lines) take(line);
  }

  const refresh = () => (reading ??= read().finally(() => (reading = undefined)));

  async function write() {
    const forget = atExit(() => journal.appendNow(waiting));
    while (waiting.length > 0) {
      // A list of its own: more may come while these are written.
      const lines = [...waiting];
      const writeProblem = await journal.append(lines);
      waiting = waiting.slice(lines.length);
      if (writeProblem === undefined) {
        // One that is under way may have begun before the lines were there.
        await reading;
        await refresh();
        for (const line of lines) if (own.get(line.id) === line) own.delete(line.id);
      }
      problem = writeProblem ?? problem;
    }
    forget();
    writing = undefined;
  }

  return {
    of(flag, attribute, unit) {
      const assignment = held(idOf(flag, attribute, unit));
      return assignment && clock.wallMs() - assignment.atMs < keptForMs ? assignment.variant : undefined;
    },

    refresh,

    keep({ flag, attribute, unit, variant, replaces }) {
      const id = idOf(flag, attribute, unit);
      const line = { id, variant, atMs: clock.wallMs(), ...(replaces !== undefined && { instead: replaces }) };
      if (known.has(id)) take(line);
      else own.set(id, line);
      forgetOldest(own);
      waiting.push(line);
      writing ??= write();
    },

    problem: () => problem,
    settled: async () => writing,
  };
}

function forgetOldest(assignments: Map<string, Assignment>) {
  if (assignments.size > maxKept) assignments.delete(assignments.keys().next().value!);
}

/** A hash: the disk need not know for whom agents work, and a line has one length, however long a unit is. */
const idOf = (...unit: Parameters<Assigned>) => hash('sha256', JSON.stringify(unit), 'base64url').slice(0, 22);
