import type { GradeJob, Verdict } from '../sandbox.ts';
import type { Interpreter, Role } from './interpreter.ts';
import { gradeApart, type Pair } from './pair.ts';

/** A pair that grades one job after the other; an interpreter that a job has spoilt is replaced before the next. */
export interface Lane {
  /** Rejects only when the signal is aborted. */
  grade(job: GradeJob, signal?: AbortSignal): Promise<Verdict>;
  close(): Promise<void>;
}

export function openLane({ boot, seed }: { boot(role: Role): Promise<Interpreter>; seed: number }): Lane {
  const places = { driver: place(() => boot('driver')), candidate: place(() => boot('candidate')) };

  async function attempt(
    job: GradeJob,
    isLastTry: boolean,
    signal: AbortSignal | undefined,
  ): Promise<Verdict | string> {
    let pair: Pair;
    try {
      const [driver, candidate] = await Promise.all([places.driver.get(), places.candidate.get()]);
      pair = { driver, candidate };
    } catch (error) {
      return `No interpreter started: ${error instanceof Error ? error.message : String(error)}`;
    }
    signal?.throwIfAborted();
    const stop = () => void Promise.all([pair.driver.close(), pair.candidate.close()]);
    signal?.addEventListener('abort', stop, { once: true });
    const end = await gradeApart(pair, job, { seed, isLastTry });
    signal?.removeEventListener('abort', stop);
    if (end.driver.spoilt !== undefined) places.driver.replace();
    if (end.candidate.spoilt !== undefined) places.candidate.replace();
    signal?.throwIfAborted();
    return (
      end.verdict ??
      [`driver ${end.driver.outcome}`, end.driver.why, `candidate ${end.candidate.outcome}`, end.candidate.why]
        .filter(Boolean)
        .join(', ')
    );
  }

  return {
    async grade(job, signal) {
      const first = await attempt(job, false, signal);
      if (typeof first !== 'string') return first;
      // Both afresh, so that what is left to blame is the job or the machine.
      places.driver.replace();
      places.candidate.replace();
      const second = await attempt(job, true, signal);
      if (typeof second !== 'string') return second;
      return { status: 'error', detail: `The sandbox was lost while grading, twice: ${second}`, gradeMs: 0 };
    },
    async close() {
      await Promise.all([places.driver.close(), places.candidate.close()]);
    },
  };
}

/** Holds one interpreter, started early and replaced when told to. */
function place(boot: () => Promise<Interpreter>) {
  let current = started();
  let closed = false;
  const ends = new Set<Promise<void>>();

  function started() {
    const one = boot();
    // Looked at when it is asked for.
    one.catch(() => {});
    return one;
  }
  const end = async (one: Promise<Interpreter>) => (await one.catch(() => undefined))?.close();

  return {
    get: () => current,
    replace() {
      const ending = end(current);
      ends.add(ending);
      void ending.finally(() => ends.delete(ending));
      if (!closed) current = started();
    },
    async close() {
      closed = true;
      await Promise.all([end(current), ...ends]);
    },
  };
}
