import type { SegmentAction, SegmentDefinition } from '@whetstone/shared/contract';
import { sql } from 'kysely';
import type { ProjectTx } from '../../../platform/db/database.ts';
import type { SegmentRow } from '../segment-row.ts';

const columns = ['key', 'version', 'definition', 'created_at as createdAt', 'updated_at as updatedAt'] as const;

/** A line of the history, of the shape of `flag_version`. */
export interface SegmentVersion {
  row: SegmentRow;
  /** Of the event that tells of it. */
  sequence: number;
  action: SegmentAction;
  actor: { kind: string; id: string | null; name: string };
  reason: string | undefined;
}

/** Writes come after `lockProject` and before the event that tells of them. */
export const segmentRepository = {
  /** `undefined` when the key is taken. One that was deleted goes on with its next version, so that none is there twice. */
  insert: (tx: ProjectTx, definition: SegmentDefinition): Promise<SegmentRow | undefined> =>
    tx.sql
      .insertInto('segment')
      .values({
        project_id: tx.projectId,
        key: definition.key,
        version: sql<number>`1 + coalesce((
          select max(version) from segment_version where project_id = ${tx.projectId} and key = ${definition.key}
        ), 0)`,
        definition: JSON.stringify(definition),
        created_at: tx.now,
        updated_at: tx.now,
      })
      .onConflict((conflict) => conflict.columns(['project_id', 'key']).doNothing())
      .returning(columns)
      .executeTakeFirst(),

  find: (tx: ProjectTx, key: string): Promise<SegmentRow | undefined> =>
    tx.sql
      .selectFrom('segment')
      .select(columns)
      .where('project_id', '=', tx.projectId)
      .where('key', '=', key)
      .executeTakeFirst(),

  replace: (tx: ProjectTx, definition: SegmentDefinition): Promise<SegmentRow> =>
    tx.sql
      .updateTable('segment')
      .set((of) => ({
        version: of('version', '+', 1),
        updated_at: tx.now,
        definition: JSON.stringify(definition),
      }))
      .where('project_id', '=', tx.projectId)
      .where('key', '=', definition.key)
      .returning(columns)
      .executeTakeFirstOrThrow(),

  async remove(tx: ProjectTx, key: string): Promise<void> {
    await tx.sql.deleteFrom('segment').where('project_id', '=', tx.projectId).where('key', '=', key).execute();
  },

  insertVersion: (tx: ProjectTx, { row, sequence, action, actor, reason }: SegmentVersion) =>
    tx.sql
      .insertInto('segment_version')
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
        deleted_at: action === 'deleted' ? row.updatedAt : null,
      })
      .execute(),

  list: (tx: ProjectTx, after: string | undefined, limit: number): Promise<SegmentRow[]> =>
    tx.sql
      .selectFrom('segment')
      .select(columns)
      .where('project_id', '=', tx.projectId)
      .$if(after !== undefined, (query) => query.where('key', '>', after!))
      .orderBy('key')
      .limit(limit)
      .execute(),

  all: (tx: ProjectTx): Promise<SegmentRow[]> =>
    tx.sql.selectFrom('segment').select(columns).where('project_id', '=', tx.projectId).orderBy('key').execute(),
};
