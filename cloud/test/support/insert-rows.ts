import type { Insertable } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import type { ProjectTx } from '../../src/platform/db/database.ts';
import type { Schema } from '../../src/platform/db/schema.ts';

type Row<T extends keyof Schema> = Partial<Insertable<Schema[T]>>;

/** A data set of one problem, where a test does not say otherwise; the one that is there when its name and hash are. */
export async function insertDataset({ sql, projectId, now }: ProjectTx, row: Row<'eval_dataset'>): Promise<string> {
  const { id } = await sql
    .insertInto('eval_dataset')
    .values({
      id: uuidv7(),
      project_id: projectId,
      name: 'made',
      sha256: 'a'.repeat(64),
      problem_ids: '["p"]',
      problem_count: 1,
      clusters: null,
      task_types: '{}',
      created_at: now,
      ...row,
    })
    .onConflict((conflict) => conflict.columns(['project_id', 'name', 'sha256']).doUpdateSet({ created_at: now }))
    .returning('id')
    .executeTakeFirstOrThrow();
  return id;
}

/** Likewise, by its key. */
export async function insertSubject({ sql, projectId, now }: ProjectTx, row: Row<'eval_subject'>): Promise<string> {
  const id = row.id ?? uuidv7();
  const inserted = await sql
    .insertInto('eval_subject')
    .values({ id, project_id: projectId, key: id, kind: 'reference', label: 'reference', created_at: now, ...row })
    .onConflict((conflict) => conflict.columns(['project_id', 'key']).doUpdateSet({ created_at: now }))
    .returning('id')
    .executeTakeFirstOrThrow();
  return inserted.id;
}

/** A run that nothing works on. */
export async function insertRunRow(
  { sql, projectId, now }: ProjectTx,
  row: Row<'eval_run'> & Pick<Insertable<Schema['eval_run']>, 'dataset_id' | 'subject_id'>,
): Promise<string> {
  const { id } = await sql
    .insertInto('eval_run')
    .values({
      id: uuidv7(),
      project_id: projectId,
      build_id: 'a build',
      status: 'running',
      purpose: 'run',
      request: '{}',
      tags: '[]',
      is_whole: true,
      problem_count: 1,
      samples_per_problem: 1,
      sample_count: 1,
      open_shards: 1,
      started_by: 'a test',
      created_at: now,
      ...row,
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  return id;
}
