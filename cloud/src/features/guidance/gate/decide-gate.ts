import type { ProjectTx } from '../../../platform/db/database.ts';
import { guidanceFlag } from '@whetstone/shared/feedback';
import { servedToMost } from '../flag-definition.ts';
import { nameOf, type GateEvidence, type GateRow } from '../guidance-row.ts';
import { currentFlag, followFlag, serve, type GuidanceFlag } from '../release.ts';
import { guidanceRepository } from '../repository.ts';
import { decideOn, figuresOf, type Decided, type TaskPair } from './decide.ts';

export type RunPair =
  | { kind: 'under_way' }
  | { kind: 'failed'; reason: string; isCancelled: boolean }
  | { kind: 'completed'; pairs: TaskPair[] };

export interface DecideDoors {
  runPair: (tx: ProjectTx, ids: { without: string; with: string }) => Promise<RunPair>;
  flag: GuidanceFlag;
}

const actor = { kind: 'system', id: null, name: 'gate of guidance' } as const;

/** Decides once both runs are over, and serves what it accepts, all in one transaction: whoever comes late finds nothing to do. */
export async function decideGate(tx: ProjectTx, gateId: string, doors: DecideDoors): Promise<void> {
  await guidanceRepository.lockProject(tx);
  const gate = await guidanceRepository.gate(tx, gateId);
  if (!gate || gate.endedAt || gate.withoutRun === null || gate.withRun === null) return;
  const found = await doors.runPair(tx, { without: gate.withoutRun, with: gate.withRun });
  if (found.kind === 'under_way') return;
  await endGate(tx, gate, found, doors);
  const flag = await doors.flag.read(tx, guidanceFlag);
  // Whatever was decided: somebody may have put it into the flag by hand meanwhile.
  if (flag) await followFlag(tx, flag.definition, flag);
}

async function endGate(
  tx: ProjectTx,
  gate: GateRow,
  found: Exclude<RunPair, { kind: 'under_way' }>,
  { flag }: DecideDoors,
): Promise<void> {
  const row = (await guidanceRepository.find(tx, gate.number))!;
  if (found.kind === 'failed') {
    // Who cancels may have looked at what came so far: it counts as a candidate that showed nothing.
    const result = found.isCancelled ? evidenceOf([], await othersOf(tx, gate)) : null;
    await guidanceRepository.endGate(tx, gate.id, { decision: 'failed', reason: found.reason, result });
    return await guidanceRepository.setStatus(tx, row.number, { status: 'draft', reason: found.reason });
  }
  const result = evidenceOf(found.pairs, await othersOf(tx, gate));
  const decided = decisionFrom(result, gate);
  const served = servedToMost(await currentFlag(tx, flag)) ?? null;
  if (decided.decision === 'accepted' && served !== gate.request.baseline) {
    const reason = `${decided.reason}; but ${served ?? 'nothing'} is served since, and it was compared with ${gate.request.baseline ?? 'none'}: run the gate again`;
    await guidanceRepository.endGate(tx, gate.id, { decision: 'inconclusive', reason, result });
    return await guidanceRepository.setStatus(tx, row.number, { status: 'inconclusive', reason });
  }
  await guidanceRepository.endGate(tx, gate.id, {
    decision: decided.decision,
    reason: decided.reason,
    result: { ...result, path: decided.path, pAdjusted: decided.pAdjusted },
  });
  await guidanceRepository.setStatus(tx, row.number, { status: decided.decision, reason: decided.reason });
  if (decided.decision !== 'accepted') return;
  const { rolloutPercentage } = gate.request;
  const reason = `gate ${gate.id} accepted ${nameOf(row.number)}: ${decided.reason}`;
  const refusal = await serve(tx, { row, gate, rolloutPercentage, actor, reason }, flag);
  if (refusal === undefined) return;
  const said = `${decided.reason}; not served: ${refusal}, then release it with this gateId`;
  await guidanceRepository.endGate(tx, gate.id, {
    decision: 'accepted',
    reason: said,
    result: { ...result, path: decided.path, pAdjusted: decided.pAdjusted },
  });
}

/** The same decision, from nothing but what is stored. */
export const decisionFrom = (
  { pairs, others }: Pick<GateEvidence, 'pairs' | 'others'>,
  { plan }: Pick<GateRow, 'plan'>,
): Decided => decideOn(pairs, plan, others);

const evidenceOf = (pairs: TaskPair[], others: GateEvidence['others']): GateEvidence => ({
  pairs,
  others,
  figures: figuresOf(pairs),
  path: null,
  pAdjusted: null,
});

/** Gates under way have not shown anything: they count as candidates that did not do well, which corrects most. */
async function othersOf(tx: ProjectTx, gate: GateRow): Promise<GateEvidence['others']> {
  const others = (await guidanceRepository.family(tx, gate.request.family)).filter(({ id }) => id !== gate.id);
  return {
    pGain: others.map(({ result }) => result?.figures.pGain ?? 1),
    pCheaper: others.map(({ result }) => result?.figures.pCheaper ?? 1),
  };
}
