import { WhetstoneError } from '@whetstone/shared/errors';
import type { Grade } from '../graders/grade.ts';
import type { Attempt, Solver } from '../solvers/solver.ts';
import type { Budget } from './budget.ts';
import type { GenerationCache } from './generation-cache.ts';
import { generationOf, type Generation } from './generation.ts';
import type { Sample } from './plan.ts';
import type { RunDirectory } from './run-directory.ts';
import type { SampleResult } from './result.ts';
import { semaphore } from './semaphore.ts';

/** A sample without a verdict, and why: the subject or the sandbox could not be had (`error`), or it was not asked. */
export interface Undone {
  sample: Sample;
  status: 'error' | 'skipped';
  /** Whose trouble: that of asking, that of grading. */
  cause: 'ask' | 'grade' | 'none';
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
 * graded. Asking waits while `width` answers wait for their grading, so that no more than twice that many are ever held.
 */
export async function doSamples(samples: Iterable<Sample>, work: SampleWork): Promise<Undone[]> {
  const undone: Undone[] = [];
  const queue = samples[Symbol.iterator]();
  const broken = new AbortController();
  const cut = AbortSignal.any([work.cut, broken.signal]);
  const answers = askThrough({ ...work, cut }, (item) => void undone.push(item));
  const gradings = semaphore(work.gradeWidth);
  const backlog = semaphore(work.width);
  const inGrading = new Set<Promise<void>>();

  async function judge(sample: Sample, generation: Generation) {
    await gradings.acquire();
    try {
      if (cut.aborted) return void undone.push(interrupted(sample, 'graded; its answer is kept'));
      const { problem } = sample;
      const verdict = await orAborted(work.grade(problem, generation.answer, cut), cut).catch(troubleOfGrading);
      if (cut.aborted) undone.push(interrupted(sample, 'graded; its answer is kept'));
      else if (verdict.status === 'error')
        undone.push({ sample, status: 'error', cause: 'grade', detail: verdict.detail ?? 'the sandbox had trouble' });
      else await work.onVerdict(sample, generation, { ...verdict, status: verdict.status });
    } finally {
      gradings.release();
    }
  }

  async function lane() {
    for (let item = queue.next(); !item.done; item = queue.next()) {
      const sample = item.value;
      const generation = await answers(sample);
      if (!generation) continue;
      await backlog.acquire();
      const grading = judge(sample, generation)
        .catch((error: unknown) => broken.abort(error))
        .finally(() => {
          backlog.release();
          inGrading.delete(grading);
        });
      inGrading.add(grading);
      if (broken.signal.aborted) return;
    }
  }

  const lanes = Array.from({ length: work.width }, () => lane().catch((error: unknown) => broken.abort(error)));
  await Promise.all(lanes);
  await Promise.all(inGrading);
  if (broken.signal.aborted) throw broken.signal.reason;
  return undone;
}

/** The answer to a sample: the one on disk, the cached one, or a new one within the budget. */
function askThrough(work: SampleWork, note: (item: Undone) => void) {
  const { directory, solver, cache, budget, cut, stop } = work;
  let hasAnswered = false;
  const skip = (sample: Sample, detail: string) => note({ sample, status: 'skipped', cause: 'none', detail });

  return async (sample: Sample): Promise<Generation | undefined> => {
    const { problem, sampleIndex } = sample;
    const recorded = directory.hasGeneration(problem.id, sampleIndex);
    if (stop.aborted) return void note(interrupted(sample, recorded ? 'graded; its answer is kept' : 'asked'));
    if (recorded) return directory.generation(problem.id, sampleIndex);
    const lack =
      solver.samplesOf?.(problem) === 0 ? 'no answer to it is recorded' : solver.lacks?.(problem, sampleIndex);
    if (lack !== undefined) return void skip(sample, lack);

    const cached = await cache?.get(solver.subject, problem);
    if (cached) return keep(sample, cached);

    const reservation = await budget.reserve(solver.worstCaseUsd?.(problem));
    if (!reservation) return void skip(sample, work.budgetReason);
    if (stop.aborted) {
      reservation.release();
      return void note(interrupted(sample, 'asked'));
    }
    let attempt: Attempt;
    try {
      attempt = await orAborted(solver.solve(problem, sampleIndex, cut), cut);
    } catch (error) {
      reservation.release();
      if (cut.aborted) return void note(interrupted(sample, 'answered'));
      if (!(error instanceof WhetstoneError)) throw error;
      if (stopsAsking(error, hasAnswered)) work.halt(error);
      return void note({ sample, status: 'error', cause: 'ask', detail: error.message });
    }
    hasAnswered = true;
    reservation.settle(attempt.reused ? 0 : attempt.usage.costUsd);
    const generation = await keep(sample, attempt);
    await cache
      ?.put(solver.subject, problem, attempt)
      .catch((error: unknown) => work.warn(`the cache of answers cannot be written: ${String(error)}`));
    return generation;
  };

  async function keep({ problem, sampleIndex }: Sample, attempt: Attempt): Promise<Generation> {
    const generation = generationOf(problem.id, sampleIndex, attempt);
    await directory.keepGeneration(generation);
    return generation;
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
  cause: 'none',
  detail: `interrupted before it was ${before}`,
});

class Interrupted extends Error {}

/** Does not wait for one who does not listen to the signal. */
function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(new Interrupted('interrupted'));
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
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
