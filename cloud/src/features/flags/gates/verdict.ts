import type { EvalGate } from '@whetstone/shared/contract';

/** The newest run that measured what a gate asks for, as the evals tell of it. */
export interface GateRun {
  runId: string;
  subjectLabel: string;
  /** 0 to 1. */
  passRate: number;
  /** In percentage points against the run before; null without one. */
  dropPoints: number | null;
  /** It was compared with the run before it. */
  isChecked: boolean;
  /** A regression of what the flag carries is suspected, or nobody has answered for it. */
  isDoubted: boolean;
}

/** Why a gate opens; `undefined` while it stays closed. */
export function openingReason({ dataset, minPassRate, maxDropPoints }: EvalGate, run: GateRun): string | undefined {
  const { passRate, dropPoints, isChecked, isDoubted, subjectLabel, runId } = run;
  if (!isChecked || isDoubted) return undefined;
  if (minPassRate !== undefined && passRate < minPassRate) return undefined;
  if (maxDropPoints !== undefined && (dropPoints === null || dropPoints > maxDropPoints)) return undefined;
  const against = dropPoints === null ? '' : `, ${dropPoints.toFixed(1)} points below the run before`;
  const label = subjectLabel.length <= 80 ? subjectLabel : `${subjectLabel.slice(0, 79)}…`;
  return `run ${runId}: ${label} passes ${(100 * passRate).toFixed(1)} % of ${dataset}${against}`;
}
