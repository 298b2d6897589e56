import type { GateResult, GuidanceRule, GuidanceStatus } from '@whetstone/shared/contract';
import type { Figures, TaskPair } from './gate/decide.ts';
import type { GatePlan } from './gate/plan.ts';

/** A version: never changed but for its status. */
export interface GuidanceRow {
  /** `g<number>` is its name. */
  number: number;
  title: string | null;
  parent: number | null;
  contentHash: string;
  tokens: number;
  rules: GuidanceRule[];
  status: GuidanceStatus;
  flagVariant: string | null;
  createdBy: string;
  createdAt: Date;
}

/** What a gate was asked for, as far as it is needed later. */
export interface GateRequest {
  dataset: string;
  model: string;
  params?: Record<string, unknown> | undefined;
  effectPoints: number;
  rolloutPercentage: number;
  holdoutPercentage: number;
  /** The version that was served to most; null: none. */
  baseline: string | null;
  /** Equal for gates that try versions against the same: Holm corrects over them. */
  family: string;
}

/** The pairs alone decide; the figures stand beside them for people. */
export interface GateEvidence {
  pairs: TaskPair[];
  /** Of the other candidates of the family, as far as they were decided. */
  others: { pGain: number[]; pCheaper: number[] };
  figures: Figures;
  path: GateResult['path'];
  pAdjusted: number | null;
}

export interface GateRow {
  id: string;
  number: number;
  decision: GateResult['decision'];
  reason: string;
  request: GateRequest;
  plan: GatePlan;
  withoutRun: string | null;
  withRun: string | null;
  result: GateEvidence | null;
  startedBy: string;
  startedAt: Date;
  endedAt: Date | null;
}

export const nameOf = (number: number) => `g${number}`;
export const numberOf = (version: string) => Number(version.slice(1));
