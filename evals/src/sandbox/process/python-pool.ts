import type { GradeJob, SandboxOptions, Verdict } from '../sandbox.ts';
import { PairLost, startPair, type PairOptions, type PythonPair } from './python-pair.ts';

export interface PythonPool {
  grade(job: GradeJob, signal?: AbortSignal): Promise<Verdict>;
  close(): Promise<void>;
}

interface Task {
  job: GradeJob;
  signal: AbortSignal | undefined;
  /** A second try, with nothing else running: what went wrong the first time may have been its neighbours' doing. */
  alone: boolean;
  resolve(verdict: Verdict): void;
  reject(reason: unknown): void;
}

/** As many pairs as workers, each grading a sample at a time; further samples wait. */
export async function openPythonPool(options: SandboxOptions & PairOptions): Promise<PythonPool> {
  const idle = await startAll(options);
  const running = new Map<PythonPair | symbol, Task>();
  const waiting: Task[] = [];
  const works = new Set<Promise<void>>();
  let closed = false;

  function dispatch() {
    while (waiting.length > 0 && running.size < options.workers) {
      const [task] = waiting as [Task];
      if ([task, ...running.values()].some(({ alone }) => alone) && running.size > 0) return;
      waiting.shift();
      if (task.signal?.aborted) task.reject(task.signal.reason);
      else begin(task);
    }
  }

  function begin(task: Task) {
    const working = work(task).finally(() => works.delete(working));
    works.add(working);
  }

  async function work(task: Task) {
    const place = Symbol('place');
    running.set(place, task);
    // Whatever took the first pair may have taken the others, and not been noticed yet.
    if (task.alone) await Promise.all(idle.splice(0).map((other) => other.end()));
    let pair = idle.pop();
    while (pair?.lost) pair = idle.pop();
    const abort = () => void pair?.end();
    try {
      pair ??= await startPair(options);
      if (closed) throw new PairLost('The sandbox was closed.');
      task.signal?.throwIfAborted();
      running.delete(place);
      running.set(pair, task);
      task.signal?.addEventListener('abort', abort, { once: true });
      const verdict = await pair.grade(task.job);
      task.resolve(task.job.sameProcess ? { ...verdict, weaker: true } : verdict);
      idle.push(pair);
    } catch (error) {
      await pair?.end();
      if (task.signal?.aborted) task.reject(task.signal.reason);
      else if (!(error instanceof PairLost)) task.reject(error);
      else if (closed || task.alone) task.resolve(lostVerdict(error));
      else waiting.unshift({ ...task, alone: true });
    } finally {
      task.signal?.removeEventListener('abort', abort);
      running.delete(place);
      if (pair) running.delete(pair);
      dispatch();
    }
  }

  return {
    grade: (job, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        waiting.push({ job, signal, alone: false, resolve, reject });
        dispatch();
      }),
    async close() {
      closed = true;
      for (const task of waiting.splice(0)) task.resolve(lostVerdict(new PairLost('The sandbox was closed.')));
      const pairs = [...idle.splice(0), ...running.keys()].filter((pair) => typeof pair !== 'symbol');
      await Promise.all(pairs.map((pair) => pair.end()));
      // Some may be starting a pair, which they end.
      await Promise.all(works);
    },
  };
}

const lostVerdict = ({ message }: Error): Verdict => ({
  status: 'error',
  detail: `The sandbox was lost while grading, also when nothing else ran: ${message}`.slice(0, 4000),
  gradeMs: 0,
});

async function startAll(options: SandboxOptions & PairOptions): Promise<PythonPair[]> {
  const started = await Promise.allSettled(Array.from({ length: options.workers }, () => startPair(options)));
  const pairs = started.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const failure = started.find((one) => one.status === 'rejected');
  if (!failure) return pairs;
  await Promise.all(pairs.map((pair) => pair.end()));
  throw failure.reason;
}
