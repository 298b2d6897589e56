import type { Clock } from '../clock.ts';
import { retryDelayMs } from '../retry-pace.ts';
import type { DrainResult } from './drain.ts';
import type { Block } from './drain-segment.ts';
import type { SenderLock } from './sender-lock.ts';

/** While another process sends, this is how often we look whether it still does. */
const busyMs = 1_000;
/** Records of processes that died meanwhile are found this often. */
const patrolMs = 60_000;
/** A key that was refused may be allowed again, though nobody tells. */
const stoppedMs = 300_000;

/** Sends what waits behind everything else that the process does. */
export interface Delivery {
  /** Something waits. */
  wake(): void;
  /** Gives what is under way this long, then ends it. What is left is sent by the next process. */
  close(graceMs: number): Promise<void>;
}

export interface DeliveryDependencies {
  /** Whether anything lies there to be sent. */
  hasWork: () => boolean;
  takeLock: () => SenderLock;
  drain: (signal: AbortSignal) => Promise<DrainResult>;
  /** Told how each attempt ended, so that a person can be. */
  onOutcome: (block: Block | undefined) => void;
  /** A program must be able to end before its records are sent. */
  firstDelayMs: number;
  clock: Clock;
  random: () => number;
}

export function deliverInBackground(dependencies: DeliveryDependencies): Delivery {
  const { hasWork, takeLock, drain, onOutcome, firstDelayMs, clock, random } = dependencies;
  const closed = new AbortController();
  let failures = 0;
  let isRunning = false;
  let running: Promise<void> = Promise.resolve();
  let isWanted = false;
  let pending: { cancel: () => void; isPatrol: boolean } | undefined;

  function schedule(delayMs: number, isPatrol = false) {
    pending?.cancel();
    pending = undefined;
    if (closed.signal.aborted) return;
    const cancel = clock.after(delayMs, () => {
      pending = undefined;
      start();
    });
    pending = { cancel, isPatrol };
  }

  function start() {
    if (isRunning) return;
    isRunning = true;
    isWanted = false;
    running = attempt();
  }

  async function attempt() {
    const nextMs = await attemptOnce();
    isRunning = false;
    if (isWanted && nextMs === patrolMs) schedule(0);
    else schedule(nextMs, nextMs === patrolMs);
  }

  /** Answers when to try again. */
  async function attemptOnce() {
    let lock: SenderLock | undefined;
    try {
      if (!hasWork()) return patrolMs;
      lock = takeLock();
      if (lock.kind === 'busy') return busyMs;
      const { block } = await drain(closed.signal);
      if (closed.signal.aborted) return patrolMs;
      onOutcome(block);
      failures = block ? failures + 1 : 0;
      if (!block) return patrolMs;
      return block.kind === 'stopped' ? stoppedMs : retryDelayMs(failures, random, block.retryAfterMs);
    } catch (error) {
      failures += 1;
      const reason = error instanceof Error ? error.message : String(error);
      onOutcome({ kind: 'later', reason: `The outbox cannot be worked on (${reason}).`, onlyThis: false });
      return retryDelayMs(failures, random);
    } finally {
      if (lock?.kind === 'held') lock.release();
    }
  }

  return {
    wake() {
      isWanted = true;
      if (!isRunning && (!pending || pending.isPatrol)) schedule(firstDelayMs);
    },
    async close(graceMs) {
      if (pending && !pending.isPatrol && failures === 0) start();
      pending?.cancel();
      const grace = clock.after(graceMs, () => closed.abort(), { holdOpen: true });
      await running;
      grace();
      closed.abort();
      pending?.cancel();
    },
  };
}
