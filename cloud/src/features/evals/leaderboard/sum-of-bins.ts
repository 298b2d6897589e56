import type { BoardLine } from './board.ts';
import type { TrendBin } from './repository.ts';

export function sumOfBins(
  bins: readonly TrendBin[],
): Pick<BoardLine, 'runs' | 'counts' | 'answered' | 'unpriced' | 'costUsd'> {
  const sum = (of: (bin: TrendBin) => number) => bins.reduce((total, bin) => total + of(bin), 0);
  return {
    runs: sum(({ runs }) => runs),
    counts: {
      passed: sum(({ passed }) => passed),
      failed: sum(({ failed }) => failed),
      error: sum(({ error }) => error),
      timeout: sum(({ timeout }) => timeout),
      skipped: sum(({ skipped }) => skipped),
    },
    answered: sum(({ answered }) => answered),
    unpriced: sum(({ unpriced }) => unpriced),
    costUsd: sum(({ costUsd }) => costUsd),
  };
}
