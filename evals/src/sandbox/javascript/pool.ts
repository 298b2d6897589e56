import type { GradeJob, Verdict } from '../sandbox.ts';
import { exchange, type Judged } from './exchange.ts';
import { startHalf, type Half, type Program } from './half.ts';

export interface Halves {
  driver: Program;
  candidate: Program;
  /** Whether a candidate's process can be made fresh again by asking; else each serves one sample. */
  reusable: boolean;
  /** Makes a program of the job before it is graded (types checked, say), or says at once why it fails. */
  prepare(job: GradeJob, signal?: AbortSignal): Promise<{ job: GradeJob } | { verdict: Omit<Verdict, 'gradeMs'> }>;
}

export interface Pool {
  grade(job: GradeJob, signal?: AbortSignal): Promise<Verdict>;
  close(): Promise<void>;
}

/** Resetting is quick; a process that does not manage is replaced. */
const RESET_MS = 2000;

/** So many gradings at a time, each by a driver that stays and a candidate of its own; more of them wait. */
export function openPool(halves: Halves, workers: number): Pool {
  const idle = Array.from({ length: workers }, () => openWorker(halves));
  // Before there is anything to grade, so that nothing waits for it.
  for (const worker of idle) worker.warm();
  const all = [...idle];
  const waiting: ((worker: Worker) => void)[] = [];
  const closing = new AbortController();
  return {
    async grade(job, signal) {
      const atMs = performance.now();
      const prepared = await halves.prepare(job, signal);
      if ('verdict' in prepared) return { ...prepared.verdict, gradeMs: performance.now() - atMs };
      const worker = idle.pop() ?? (await new Promise<Worker>((resolve) => waiting.push(resolve)));
      try {
        return await worker.grade(prepared.job, AbortSignal.any([closing.signal, ...(signal ? [signal] : [])]));
      } finally {
        const next = waiting.shift();
        if (next) next(worker);
        else idle.push(worker);
      }
    },
    async close() {
      closing.abort();
      await Promise.all(all.map((worker) => worker.close()));
    },
  };
}

type Worker = ReturnType<typeof openWorker>;

function openWorker({ driver, candidate, reusable }: Halves) {
  const state: {
    /** That is coming up. */
    early?: Half;
    driver?: Half;
    spare?: Half;
    reset?: true;
    closed: boolean;
    running: Set<Half>;
  } = {
    closed: false,
    running: new Set(),
  };

  function started(program: Program) {
    const half = startHalf(program);
    state.running.add(half);
    return half;
  }
  const ended = (half: Half) => half.kill().finally(() => state.running.delete(half));

  /** Once more where it does not come up: a machine short of memory for a moment is no verdict. */
  async function readied(half: Half, program: Program, withinMs?: number) {
    if (await half.ready(withinMs)) return half;
    await ended(half);
    if (state.closed) return { trouble: 'stopped' };
    const second = started(program);
    if (await second.ready()) return second;
    const complaint = second.complaint();
    await ended(second);
    return { trouble: `a process of the sandbox does not start${complaint ? `: ${complaint}` : ''}` };
  }

  /** A driver that ends by itself was ended by something else, or choked on what it was given: then a second does too. */
  async function grade(job: GradeJob, signal: AbortSignal): Promise<Verdict> {
    const atMs = performance.now();
    const verdict = (await attempt(job, signal)) ?? (await attempt(job, signal));
    const choked = { status: 'failed' as const, detail: 'the test driver ended on what it was given, twice' };
    const labelled = job.sameProcess ? { weaker: true as const } : {};
    return { ...(verdict ?? { ...choked, gradeMs: performance.now() - atMs }), ...labelled };
  }

  async function attempt(job: GradeJob, signal: AbortSignal): Promise<Verdict | undefined> {
    const atMs = performance.now();
    const given = (verdict: Omit<Verdict, 'gradeMs'>): Verdict => ({ ...verdict, gradeMs: performance.now() - atMs });
    if (signal.aborted) return given({ status: 'error', detail: 'stopped' });
    const [driving, answering] = await Promise.all([
      state.driver ?? readied(state.early ?? started(driver), driver),
      readied(state.spare ?? started(candidate), candidate, state.reset && RESET_MS),
    ]);
    delete state.spare;
    delete state.reset;
    delete state.driver;
    delete state.early;
    if ('trouble' in driving || 'trouble' in answering) {
      for (const half of [driving, answering]) if (!('trouble' in half)) await ended(half);
      return given({
        status: 'error',
        detail: 'trouble' in driving ? driving.trouble : (answering as { trouble: string }).trouble,
      });
    }
    // Said while they came up: nobody would hear it any more.
    if (signal.aborted) {
      await Promise.all([ended(driving), ended(answering)]);
      return given({ status: 'error', detail: 'stopped' });
    }
    // The next one comes up while this one works.
    if (!reusable && !state.closed) state.spare = started(candidate);

    const sinceMs = performance.now();
    const { judged, stop } = exchange(driving, answering, job);
    const clock = { ranOut: false };
    const timer = setTimeout(() => {
      clock.ranOut = true;
      stop();
    }, job.timeoutMs);
    signal.addEventListener('abort', stop);
    const result = await judged;
    const verdict = verdictOf(result, clock.ranOut, signal.aborted, job.timeoutMs);
    const judgedAtMs = performance.now();
    stop();
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
    await Promise.all([keepDriver(driving, result), keepCandidate(answering, result)]);
    return verdict && { ...verdict, gradeMs: judgedAtMs - sinceMs };
  }

  async function keepDriver(half: Half, result: Judged | undefined) {
    if (result?.clean && half.running() && !state.closed) state.driver = half;
    else await ended(half);
  }

  async function keepCandidate(half: Half, result: Judged | undefined) {
    if (!reusable || !result || result.broken || !half.running() || state.closed) return ended(half);
    half.input.write(Buffer.alloc(4));
    state.spare = half;
    state.reset = true;
  }

  return {
    grade,
    warm() {
      state.early = started(driver);
      state.spare = started(candidate);
    },
    async close() {
      state.closed = true;
      await Promise.all([...state.running].map(ended));
    },
  };
}

/** Undefined where the driver ended and nobody had stopped it. */
function verdictOf(
  result: Judged | undefined,
  timedOut: boolean,
  stopped: boolean,
  timeoutMs: number,
): Omit<Verdict, 'gradeMs'> | undefined {
  if (result) return { status: result.status, ...(result.detail === undefined ? {} : { detail: result.detail }) };
  if (stopped) return { status: 'error', detail: 'stopped' };
  return timedOut ? { status: 'timeout', detail: `no verdict within ${timeoutMs} ms` } : undefined;
}
