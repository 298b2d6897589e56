import type { EvalRunRequest, HistoryActor } from '@whetstone/shared/contract';
import { guidanceFlag, type DeliveredGuidance } from '@whetstone/shared/feedback';
import type { FlagDefinition } from '@whetstone/shared/contract';
import type { ProjectTx } from '../../platform/db/database.ts';
import { variantsServed, withRelease } from './flag-definition.ts';
import { nameOf, numberOf, type GateRow, type GuidanceRow } from './guidance-row.ts';
import { deliveredOf } from './guidance-view.ts';
import { guidanceRepository } from './repository.ts';

/** The flag by which guidance is served, as the flags let others read and write it. */
export interface GuidanceFlag {
  read: (tx: ProjectTx, key: string) => Promise<{ definition: FlagDefinition; isArchived: boolean } | undefined>;
  write: (tx: ProjectTx, definition: FlagDefinition, actor: HistoryActor, reason: string) => Promise<void>;
}

/** A run that was looked at whole, see there. */
interface PreparedRun {
  problemCount: number;
  estimatedCostUsd: number | undefined;
  insert: (tx: ProjectTx, cause: { purpose: 'gate'; startedBy: string; parentId: string }) => Promise<string>;
}

export type PrepareGateRun = (
  scope: { projectId: string; transaction: <T>(work: (tx: ProjectTx) => Promise<T>) => Promise<T> },
  request: EvalRunRequest,
) => Promise<PreparedRun>;

/** The flag as agents get it; archived it serves nobody. */
export async function currentFlag(tx: ProjectTx, flag: GuidanceFlag): Promise<FlagDefinition | undefined> {
  const found = await flag.read(tx, guidanceFlag);
  return found?.isArchived ? undefined : found?.definition;
}

interface Wish {
  row: GuidanceRow;
  gate: Pick<GateRow, 'id' | 'request'>;
  rolloutPercentage: number;
  actor: HistoryActor;
  reason: string;
}

/**
 * Serves a version that a gate accepted, in the transaction of the caller, who holds the lock of the project. Answers why it could
 * not, and has then changed nothing.
 */
export async function serve(
  tx: ProjectTx,
  { row, gate, rolloutPercentage, actor, reason }: Wish,
  flag: GuidanceFlag,
): Promise<string | undefined> {
  const found = await flag.read(tx, guidanceFlag);
  if (found?.isArchived) return `the flag "${guidanceFlag}" is archived: restore it`;
  const document: DeliveredGuidance = deliveredOf(row);
  const { holdoutPercentage } = gate.request;
  const planned = withRelease(found?.definition, { document, rolloutPercentage, holdoutPercentage });
  if ('refusal' in planned) return planned.refusal;
  const version = nameOf(row.number);
  // First, so that whoever looks at the flag as it is written finds them settled.
  const stillServed = variantsServed(planned.definition);
  for (const other of await guidanceRepository.served(tx))
    if (other.number !== row.number && other.status === 'released' && !stillServed.has(nameOf(other.number)))
      await guidanceRepository.setStatus(tx, other.number, { status: 'retired', reason: `replaced by ${version}` });
  await guidanceRepository.setStatus(tx, row.number, {
    status: 'released',
    flag: { key: guidanceFlag, variant: version },
  });
  await flag.write(tx, planned.definition, actor, reason);
  return undefined;
}

/**
 * The status of versions after the flag was written, by whomever: what it serves is released, be it put there by hand. What it no
 * longer serves was replaced where another came for the first time, and else rolled back. A gate that is under way has the word first.
 */
export async function followFlag(
  tx: ProjectTx,
  definition: FlagDefinition,
  { isArchived }: { isArchived: boolean },
): Promise<void> {
  if (definition.key !== guidanceFlag) return;
  const names = isArchived ? [] : [...variantsServed(definition)].filter((name) => versionName.test(name));
  const numbers = new Set(names.map(numberOf));
  const known = await guidanceRepository.servedOrOf(tx, [...numbers]);
  const isSettled = ({ status }: GuidanceRow) => status === 'released' || status === 'testing';
  const come = known.filter((row) => numbers.has(row.number) && !isSettled(row));
  const gone = known.filter(({ number, status }) => status === 'released' && !numbers.has(number));
  const first = known.find(({ number, flagVariant }) => numbers.has(number) && flagVariant === null);
  for (const { number } of gone)
    await guidanceRepository.setStatus(
      tx,
      number,
      first
        ? { status: 'retired', reason: `replaced by ${nameOf(first.number)} in the flag` }
        : { status: 'rolled_back', reason: 'the flag no longer serves it' },
    );
  for (const { number } of come)
    await guidanceRepository.setStatus(tx, number, {
      status: 'released',
      flag: { key: guidanceFlag, variant: nameOf(number) },
    });
}

const versionName = /^g[1-9]\d{0,8}$/;
