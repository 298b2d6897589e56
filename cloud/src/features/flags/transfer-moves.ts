import type { FlagDefinition } from '@whetstone/shared/contract';
import { diffOf } from '@whetstone/shared/flags';
import type { ProjectTx } from '../../platform/db/database.ts';
import { definitionOf } from './definition.ts';
import { flagView } from './flag-view.ts';
import { readMoves, type MovesAhead } from './moves-of-flags.ts';
import { flagRepository, type FlagRow } from './repository.ts';
import { namesOneOf, segmentsAround } from './segment-references.ts';
import { segmentRepository } from './segments/repository.ts';
import type { TransferPlan } from './transfer-plan.ts';
import { segmentsOf } from './segments/segments-of.ts';

interface TransferAhead extends MovesAhead {
  /** Of each flag that would be updated, in how many places. */
  changes: { key: string; changes: number }[];
}

/** What an import would change in flags there are, and what it takes to say who moves. Nobody moves on a flag that is new. */
export async function readTransferMoves(tx: ProjectTx, { flags, segments }: TransferPlan): Promise<TransferAhead> {
  const present = new Map((await flagRepository.active(tx)).map((row) => [row.key, row]));
  const after = (definition: FlagDefinition): FlagRow => {
    const { key } = definition;
    const { version = 0, createdAt = tx.now } = present.get(key) ?? {};
    return { key, version: version + 1, definition, createdAt, updatedAt: tx.now, archivedAt: null };
  };
  const then = new Map([...flags.created, ...flags.updated].map((definition) => [definition.key, after(definition)]));

  const known = new Map((await segmentRepository.all(tx)).map((row) => [row.key, row]));
  const changed = [...segments.created, ...segments.updated].map((definition) => {
    const { version = 0, createdAt = tx.now } = known.get(definition.key) ?? {};
    return { key: definition.key, version: version + 1, definition, createdAt, updatedAt: tx.now };
  });
  const around = segmentsAround(
    segments.updated.map(({ key }) => key),
    await segmentsOf(tx),
  );
  const updated = new Set(flags.updated.map(({ key }) => key));
  const concerned = [...present.values()].filter((row) => updated.has(row.key) || namesOneOf(flagView(row), around));

  return {
    changes: flags.updated.map((definition) => {
      const before = definitionOf(flagView(present.get(definition.key)!));
      return { key: definition.key, changes: diffOf(before, definition).length };
    }),
    ...(await readMoves(tx, concerned, { flags: then, segments: new Map(changed.map((row) => [row.key, row])) })),
  };
}
