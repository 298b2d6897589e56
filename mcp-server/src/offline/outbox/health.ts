import { readFileSync, rmSync, statSync, writeFileSync, appendFileSync } from 'node:fs';
import { join } from 'node:path';

/** Why nothing is being sent, left behind for whoever asks. */
export interface SendingProblem {
  reason: string;
  atMs: number;
}

const problemPath = (outbox: string) => join(outbox, 'problem.json');

/** A hint for people: when it cannot be written, the reason will come up again. */
export function noteProblem(outbox: string, problem: SendingProblem | undefined) {
  try {
    if (problem) writeFileSync(problemPath(outbox), JSON.stringify(problem), { mode: 0o600 });
    else rmSync(problemPath(outbox), { force: true });
  } catch {
    // As said above.
  }
}

export function readProblem(outbox: string): SendingProblem | undefined {
  try {
    return JSON.parse(readFileSync(problemPath(outbox), 'utf8')) as SendingProblem;
  } catch {
    return undefined;
  }
}

/** One byte each: appending is safe among processes, and the size of the file is the count. */
const refusedPath = (outbox: string) => join(outbox, 'refused');

/** Answers whether it could be counted; a disk that takes nothing takes not even this. */
export function countRefused(outbox: string, records: number) {
  try {
    appendFileSync(refusedPath(outbox), '.'.repeat(records), { mode: 0o600 });
    return true;
  } catch {
    return false;
  }
}

export function readRefused(outbox: string) {
  try {
    return statSync(refusedPath(outbox)).size;
  } catch {
    return 0;
  }
}
