import type { Budget, Reservation } from '@whetstone/evals';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ShardStore } from './store.ts';

interface Options {
  limitUsd: number | null;
  reserve: (usd: number) => Promise<'reserved' | 'wait' | 'spent'>;
  store: Pick<ShardStore, 'settle'>;
  signal: AbortSignal;
}

/** How long an ask waits for those of other machines, whose real cost may make room. */
const waitMs = 200;

/** The budget of a run, kept in its row: shards on several machines share it. The rules are those of `openBudget`. */
export function sharedBudget({ limitUsd, reserve, store, signal }: Options): Budget {
  let paid = 0;
  const reservationOf = (reservedUsd: number): Reservation => ({
    settle(costUsd) {
      paid += costUsd ?? 0;
      // An answer that did not tell what it cost keeps what was reserved for it.
      store.settle(costUsd ?? 0, costUsd === undefined ? 0 : reservedUsd);
    },
    release: () => store.settle(0, reservedUsd),
  });
  return {
    async reserve(worstCaseUsd) {
      if (limitUsd === null) return reservationOf(0);
      const usd = worstCaseUsd ?? 0;
      while (!signal.aborted) {
        const outcome = await reserve(usd);
        if (outcome === 'reserved') return reservationOf(usd);
        if (outcome === 'spent') return undefined;
        await sleep(waitMs, undefined, { signal }).catch(() => undefined);
      }
      // The caller sees that it was stopped.
      return { settle: () => undefined, release: () => undefined };
    },
    paidUsd: () => paid,
  };
}
