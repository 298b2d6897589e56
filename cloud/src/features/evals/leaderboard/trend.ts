import type { LeaderboardRow } from '@whetstone/shared/contract';
import { wilsonInterval } from '@whetstone/shared/stats';
import type { TrendBin } from './repository.ts';

export const mostTrendPoints = 60;

/** The width of the time spans that share a point, so that no range has many more points than that: whole minutes, hours or days. */
export function binMsOf(rangeMs: number): number {
  const width = rangeMs / mostTrendPoints;
  const unitMs = [86_400_000, 3_600_000].find((unit) => width >= unit / 4) ?? 60_000;
  return Math.max(1, Math.ceil(width / unitMs)) * unitMs;
}

/** Spans without a verdict have no point. */
export function trendOf(
  bins: readonly TrendBin[],
  regressionOf: ReadonlyMap<string, string>,
  gone: ReadonlySet<string>,
): LeaderboardRow['trend'] {
  return bins.flatMap((bin) => {
    const n = bin.passed + bin.failed + bin.timeout;
    if (n === 0) return [];
    const passRate = bin.passed / n;
    const isPriced = bin.answered > 0 && bin.unpriced === 0;
    const regressionId = bin.markedRunId === null ? undefined : regressionOf.get(bin.markedRunId);
    return [
      {
        at: bin.at.toISOString(),
        ...(bin.runId !== null && !gone.has(bin.runId) && { runId: bin.runId }),
        runs: bin.runs,
        passRate,
        interval: wilsonInterval(passRate * bin.effectiveN, bin.effectiveN),
        n,
        costPerSolvedUsd: isPriced && bin.passed > 0 ? bin.costUsd / bin.passed : null,
        ...(bin.commit !== null && { commit: bin.commit }),
        ...(bin.buildId !== '' && { buildId: bin.buildId }),
        ...(regressionId !== undefined && { regressionId }),
      },
    ];
  });
}
