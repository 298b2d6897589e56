import { setMaxListeners } from 'node:events';
import { WhetstoneError } from '@whetstone/shared/errors';
import type { Grade } from '../graders/grade.ts';
import type { Attempt, Solver } from '../solvers/solver.ts';
import type { Budget } from './budget.ts';
import { codeOf } from './disk-problem.ts';
import type { GenerationCache } from './generation-cache.ts';
import { generationOf, type Generation } from './generation.ts';
import type { Sample } from './plan.ts';
import type { RunDirectory } from './run-directory.ts';
import type { SampleResult } from './result.ts';
import { semaphore } from '../semaphore.ts';

/** A sample without a verdict, and why: the subject or the sandbox could not be had (`error`), or it was not asked. */
export interface Undone {
  sample: Sample;
  status: 'error' | 'skipped';
  /** Whose trouble: that of asking, that of grading, or that it was interrupted. */
  cause: 'ask' | 'grade' | 'stop' | 'none';
  detail: string;
}

export interface SampleWork {
  directory: Pick<RunDirectory, 'generation' | 'hasGeneration' | 'keepGeneration'>;
  solver: Solver;
  grade: Grade;
  cache?: GenerationCache | undefined;
  budget: Budget;
  /** Why asks are refused once the budget allows no more. */
  budgetReason: string;
  /** Asks at a time. */
  width: number;
  /** Gradings at a time. */
  gradeWidth: number;
  /** Nothing new is begun. */
  stop: AbortSignal;
  /** What is going on ends. */
  cut: AbortSignal;
  /** No further ask can succeed. */
  halt: (error: WhetstoneError) => void;
  warn: (message: string) => void;
  /** Resolves when the verdict is on disk. */
  onVerdict(sample: Sample, generation: Generation, verdict: Graded): Promise<void>;
}

export interface Graded {
  status: 'passed' | 'failed' | 'timeout';
  detail?: string;
  gradeMs: number;
  weaker?: true;
}

/**
 * Has samples answered, `width` at a time, and answers graded, `gradeWidth` at a time. An answer is on disk before it is
 * graded; meanwhile the next is asked for. Asking waits while `width` answers wait for disk and grading, so that no more than
 * twice that many are ever held.
 */
export async function doSamples(samples: Iterable<Sample>, work: SampleWork): Promise<Undone[]> {
  const undone: Undone[] = [];
  const queue = samples[Symbol.iterator]();
  const broken = new AbortController();
  const cut = AbortSignal.any([work.cut, broken.signal]);
  // Every ask and every grading under way listens to it.
  setMaxListeners(0, cut);
  const answerTo = answersOf({ ...work, cut }, (item) => {
    undone.push(item);
    return undefined;
  });
  const gradings = semaphore(work.gradeWidth);
  const backlog = semaphore(work.width);
  const underway = new Set<Promise<void>>();

  async function judge(sample: Sample, { generation, keep }: Answered) {
    await keep?.();
    await gradings.acquire();
    try {
      const verdict = await orAborted(() => work.grade(sample.problem, generation.answer, cut), cut).catch(
        troubleOfGrading,
      );
      if (cut.aborted) undone.push(interrupted(sample, 'graded; its answer is kept'));
      else if (verdict.status === 'error')
        undone.push({ sample, status: 'error', cause: 'grade', detail: verdict.detail ?? 'the sandbox had trouble' });
      else await work.onVerdict(sample, generation, { ...verdict, status: verdict.status });
    } finally {
      gradings.release();
    }
  }

  async function lane() {
    for (let item = queue.next(); !item.done && !broken.signal.aborted; item = queue.next()) {
      const sample = item.value;
      const answered = await answerTo(sample);
      if (!answered) continue;
      await backlog.acquire();
      const judging = judge(sample, answered)
        .catch((error: unknown) => broken.abort(error))
        .finally(() => {
          backlog.release();
          underway.delete(judging);
        });
      underway.add(judging);
    }
  }

  const lanes = Array.from({ length: work.width }, () => lane().catch((error: unknown) => broken.abort(error)));
  await Promise.all(lanes);
  await Promise.all(underway);
  if (broken.signal.aborted) throw broken.signal.reason;
  return undone;
}

interface Answered {
  generation: Generation;
  /** Brings a new one to disk. */
  keep?: () => Promise<void>;
}

/** The answer to a sample: the one on disk, the cached one, or a new one within the budget. */
function answersOf(work: SampleWork, note: (item: Undone) => undefined) {
  const { directory, solver, cache, budget, cut, stop } = work;
  let hasAnswered = false;
  const skip = (sample: Sample, detail: string) => note({ sample, status: 'skipped', cause: 'none', detail });

  return async (sample: Sample): Promise<Answered | undefined> => {
    const { problem, sampleIndex } = sample;
    const recorded = directory.hasGeneration(problem.id, sampleIndex);
    if (stop.aborted) return note(interrupted(sample, recorded ? 'graded; its answer is kept' : 'asked'));
    const generation = recorded ? await directory.generation(problem.id, sampleIndex) : undefined;
    if (generation) return { generation };
    const lack = solver.lacks?.(problem, sampleIndex);
    if (lack !== undefined) return skip(sample, lack);

    const cached = await cache?.get(solver.subject, problem);
    if (cached) return toKeep(sample, cached);

    const reservation = await budget.reserve(solver.worstCaseUsd?.(problem));
    if (!reservation) return skip(sample, work.budgetReason);
    if (stop.aborted) {
      reservation.release();
      return note(interrupted(sample, 'asked'));
    }
    let attempt: Attempt;
    try {
      attempt = await orAborted(() => solver.solve(problem, sampleIndex, cut), cut);
    } catch (error) {
      reservation.release();
      if (cut.aborted) return note(interrupted(sample, 'answered'));
      if (!(error instanceof WhetstoneError)) throw error;
      if (stopsAsking(error, hasAnswered)) work.halt(error);
      return note({ sample, status: 'error', cause: 'ask', detail: error.message });
    }
    hasAnswered = true;
    reservation.settle(attempt.reused ? 0 : attempt.usage.costUsd);
    return toKeep(sample, attempt);
  };

  function toKeep({ problem, sampleIndex }: Sample, attempt: Attempt): Answered {
    const generation = generationOf(problem.id, sampleIndex, attempt);
    const keep = async () => {
      await directory.keepGeneration(generation);
      await cache
        ?.put(solver.subject, problem, attempt)
        .catch((error: unknown) => work.warn(`the cache of answers cannot be written (${codeOf(error)})`));
    };
    return { generation, keep };
  }
}

/** Trouble that no further ask can do without: a wrong key, no such model, a request that is never accepted. */
function stopsAsking({ code }: WhetstoneError, hasAnswered: boolean): boolean {
  if (code === 'unavailable' || code === 'rate_limited' || code === 'payload_too_large') return false;
  // One strange prompt among many that were accepted is that problem's.
  return code !== 'invalid' || !hasAnswered;
}

/** A sandbox that broke down is infrastructure; anything but a WhetstoneError is a bug and rises. */
function troubleOfGrading(error: unknown): { status: 'error'; detail: string; gradeMs: number } {
  if (error instanceof WhetstoneError) return { status: 'error', detail: error.message, gradeMs: 0 };
  if (error instanceof Interrupted) return { status: 'error', detail: 'interrupted', gradeMs: 0 };
  throw error;
}

const interrupted = (sample: Sample, before: string): Undone => ({
  sample,
  status: 'skipped',
  cause: 'stop',
  detail: `interrupted before it was ${before}`,
});

class Interrupted extends Error {}

/** Does not wait for one who does not listen to the signal. */
function orAborted<T>(begin: () => Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(new Interrupted('interrupted'));
    if (signal.aborted) return onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    void begin()
      .then(resolve, reject)
      .finally(() => signal.removeEventListener('abort', onAbort));
  });
}

/** The line of a sample with a verdict. */
export function resultOf(
  { problem, sampleIndex }: Sample,
  generation: Generation,
  verdict: Graded,
  takesTime: boolean,
): SampleResult {
  const { status, detail, gradeMs, weaker } = verdict;
  return {
    problemId: problem.id,
    sampleIndex,
    status,
    ...(detail !== undefined && { detail }),
    timeMs: takesTime ? generation.solveMs : gradeMs,
    gradeMs,
    ...spentOn(generation),
    ...(weaker && { weaker }),
  };
}

export function spentOn({ usage, answerSha256, reused }: Generation) {
  return { ...usage, answerSha256, ...(reused && { reused }) };
}
