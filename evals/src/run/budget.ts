/** What asking may cost, kept while asks run side by side. */
export interface Budget {
  /** Waits for asks in flight where what they really cost may make room. Nothing: it would pass the limit. */
  reserve(worstCaseUsd: number | undefined): Promise<Reservation | undefined>;
  /** Of answers with a known price. */
  paidUsd(): number;
}

export interface Reservation {
  /** What the answer came to; where it did not tell, what was reserved counts against the limit. */
  settle(costUsd: number | undefined): void;
  /** There was no answer. */
  release(): void;
}

/** An answer that was paid earlier in the same run. */
export interface Payment {
  costUsd: number | undefined;
  worstCaseUsd: number | undefined;
}

/**
 * A hard stop: an ask starts only when what was paid, what asks in flight can come to at most and what it can come to itself
 * stay within the limit together. Once one does not fit, none starts any more: fitting in the cheap ones would leave a run that
 * is no random sample of its problems. Where no worst case is known (which the caller must have allowed), the dearest answer
 * seen so far stands for it.
 */
export function openBudget(limitUsd: number | undefined, paidBefore: readonly Payment[]): Budget {
  let paid = 0;
  let charged = 0;
  let reserved = 0;
  let inFlight = 0;
  let dearest = 0;
  let isSpent = false;
  let waiting: (() => void)[] = [];

  function charge(costUsd: number | undefined, standIn: number) {
    paid += costUsd ?? 0;
    charged += costUsd ?? standIn;
    dearest = Math.max(dearest, costUsd ?? standIn);
  }

  function reservation(amount: number): Reservation {
    reserved += amount;
    inFlight += 1;
    const end = () => {
      inFlight -= 1;
      // Sums of fractions do not come back to 0 by themselves.
      reserved = inFlight === 0 ? 0 : reserved - amount;
      for (const goOn of waiting.splice(0)) goOn();
    };
    return {
      settle(costUsd) {
        charge(costUsd, amount);
        end();
      },
      release: end,
    };
  }

  for (const { costUsd, worstCaseUsd } of paidBefore) charge(costUsd, worstCaseUsd ?? 0);
  return {
    async reserve(worstCaseUsd) {
      while (!isSpent) {
        const amount = worstCaseUsd ?? dearest;
        if (limitUsd === undefined || charged + reserved + amount <= limitUsd + roundingUsd) return reservation(amount);
        if (inFlight === 0) isSpent = true;
        else await new Promise<void>((goOn) => waiting.push(goOn));
      }
      return undefined;
    },
    paidUsd: () => paid,
  };
}

/** Ten answers of $0.10 fit into $1. */
const roundingUsd = 1e-9;
