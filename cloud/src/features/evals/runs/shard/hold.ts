import type { RunStatus } from '@whetstone/shared/contract';

export type StopReason = 'time' | 'ended' | 'lost' | 'server';

export interface Hold {
  /** Nothing new is begun. */
  stop: AbortSignal;
  /** What is going on ends. */
  cut: AbortSignal;
  /** Why it was stopped, if it was. */
  reason: () => StopReason | undefined;
  halt: () => void;
  /** The run has ended meanwhile, even if it goes on again. */
  ended: () => void;
  end: () => Promise<void>;
}

interface Options {
  /** Extends the lease; the state of the run, or nothing when another worker has it. */
  extend: () => Promise<RunStatus | undefined>;
  /** Of the job. */
  signal: AbortSignal;
  workMs: number;
}

const everyMs = 1_000;
/** What was asked may be answered yet when a run is cancelled: it is paid for. */
const graceMs = 5_000;

/** Holds on to a shard while it is worked on, and says when to stop. */
export function holdOn({ extend, signal, workMs }: Options): Hold {
  const stop = new AbortController();
  const cut = new AbortController();
  let reason: StopReason | undefined;
  let grace: NodeJS.Timeout | undefined;
  let looking: Promise<void> | undefined;

  function stopFor(why: StopReason) {
    reason ??= why;
    stop.abort();
    if (why === 'ended') grace ??= setTimeout(() => cut.abort(), graceMs);
    if (why === 'lost' || why === 'server') {
      reason = why;
      cut.abort();
    }
  }

  async function look() {
    // An outage is not a reason: writing what is found will show whether the shard is still ours.
    const status = await extend().catch(() => 'running' as const);
    if (status === undefined) stopFor('lost');
    else if (status !== 'running') stopFor('ended');
  }

  const onAbort = () => stopFor('server');
  signal.addEventListener('abort', onAbort);
  if (signal.aborted) onAbort();
  const time = setTimeout(() => stopFor('time'), workMs);
  const watching = setInterval(() => {
    looking ??= look().finally(() => (looking = undefined));
  }, everyMs);

  return {
    stop: stop.signal,
    cut: cut.signal,
    reason: () => reason,
    halt: () => {
      stop.abort();
      cut.abort();
    },
    ended: () => stopFor('ended'),
    async end() {
      clearTimeout(time);
      clearTimeout(grace);
      clearInterval(watching);
      signal.removeEventListener('abort', onAbort);
      await looking;
    },
  };
}
