import type { FlagAction, HistoryActor } from '@whetstone/shared/contract';
import type { ProjectTx } from '../../../platform/db/database.ts';
import type { FlagRow } from '../repository.ts';

export interface VersionInsert {
  row: FlagRow;
  sequence: number;
  action: FlagAction;
  actor: HistoryActor;
  reason: string | undefined;
}

export const historyRepository = {
  insert: (tx: ProjectTx, { row, sequence, action, actor, reason }: VersionInsert) =>
    tx.sql
      .insertInto('flag_version')
      .values({
        project_id: tx.projectId,
        key: row.key,
        version: row.version,
        sequence,
        action,
        actor_kind: actor.kind,
        actor_id: actor.id,
        actor_name: actor.name,
        reason: reason ?? null,
        definition: JSON.stringify(row.definition),
        created_at: row.createdAt,
        updated_at: row.updatedAt,
        archived_at: row.archivedAt,
      })
      .execute(),
};
