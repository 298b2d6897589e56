import type { GateResult, Guidance } from '@whetstone/shared/contract';
import { guidanceFlag, type DeliveredGuidance } from '@whetstone/shared/feedback';
import { nameOf, type GateRow, type GuidanceRow } from './guidance-row.ts';

export const guidanceView = (row: GuidanceRow, gate: GateRow | undefined): Guidance => ({
  version: nameOf(row.number),
  title: row.title,
  parent: row.parent === null ? null : nameOf(row.parent),
  contentHash: row.contentHash,
  tokens: row.tokens,
  rules: row.rules,
  status: row.status,
  flag: row.flagVariant === null ? null : { key: guidanceFlag, variant: row.flagVariant },
  gate: gate ? gateView(gate) : null,
  createdBy: row.createdBy,
  createdAt: row.createdAt.toISOString(),
});

export function gateView({ id, decision, reason, request, plan, result, ...row }: GateRow): GateResult {
  const figures = result?.figures;
  return {
    id,
    decision,
    path: result?.path ?? null,
    reason,
    baseline: request.baseline,
    plan: { dataset: request.dataset, model: request.model, ...plan },
    runs: { without: row.withoutRun, with: row.withRun },
    pairs: figures?.pairs ?? null,
    wins: figures?.wins ?? null,
    losses: figures?.losses ?? null,
    differencePoints: figures?.differencePoints ?? null,
    differenceInterval: figures?.differenceInterval ?? null,
    pGain: figures?.pGain ?? null,
    pCheaper: figures?.pCheaper ?? null,
    pAdjusted: result?.pAdjusted ?? null,
    costRatio: figures?.costRatio ?? null,
    costRatioInterval: figures?.costRatioInterval ?? null,
    startedAt: row.startedAt.toISOString(),
    endedAt: row.endedAt?.toISOString() ?? null,
  };
}

/** What agents get of a version: no provenance, no figures. */
export const deliveredOf = ({ number, rules }: Pick<GuidanceRow, 'number' | 'rules'>): DeliveredGuidance => ({
  version: nameOf(number),
  rules: rules.map(({ id, text, taskTypes, languages, expiresAt }) => ({ id, text, taskTypes, languages, expiresAt })),
});
