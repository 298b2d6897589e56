import type { HistoryActor } from '@whetstone/shared/contract';
import type { ChangeRow } from './repository.ts';

/** Who made a version, and why. */
export function changeView({ actorKind, actorId, actorName, reason }: ChangeRow) {
  const actor: HistoryActor = { kind: actorKind, id: actorId, name: actorName };
  return { actor, ...(reason !== null && { reason }) };
}
