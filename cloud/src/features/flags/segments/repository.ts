import type { SegmentAction, SegmentDefinition } from '@whetstone/shared/contract';
import { sql } from 'kysely';
import type { ProjectTx } from '../../../platform/db/database.ts';
import { versionColumns, type VersionInsert } from '../version-columns.ts';
import type { SegmentRow } from '../segment-row.ts';

const columns = ['key', 'version', 'definition', 'created_at as createdAt', 'updated_at as updatedAt'] as const;

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

  insertVersion: (tx: ProjectTx, version: VersionInsert<SegmentRow, SegmentAction>) =>
    tx.sql
      .insertInto('segment_version')
      .values({
        ...versionColumns(tx, version),
        deleted_at: version.action === 'deleted' ? version.row.updatedAt : null,
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
