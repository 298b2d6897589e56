import { sql } from 'kysely';
import type { ProjectTx, Tx } from '../../../platform/db/database.ts';
import type { Tasks } from './task-files.ts';

const columns = [
  'name',
  'sha256',
  'files_sha256 as filesSha256',
  'task_count as taskCount',
  'created_at as createdAt',
] as const;

/** A version of a data set, without its files. */
export interface TaskSetRow {
  name: string;
  sha256: string;
  filesSha256: string;
  taskCount: number;
  createdAt: Date;
}

interface NewTaskSet {
  name: string;
  sha256: string;
  filesSha256: string;
  bytes: number;
  tasks: Tasks;
}

/** Writes come after `lockProject`, so that one version of a name is the current one. */
export const taskSetRepository = {
  /** The version becomes the current one of its name, also if it was that before. */
  async put(tx: ProjectTx, { name, sha256, filesSha256, bytes, tasks }: NewTaskSet): Promise<TaskSetRow> {
    await tx.sql
      .updateTable('eval_task_set')
      .set({ is_current: false })
      .where('project_id', '=', tx.projectId)
      .where('name', '=', name)
      .where('is_current', '=', true)
      .execute();
    const content = {
      files_sha256: filesSha256,
      bytes,
      tasks: JSON.stringify(tasks),
      is_current: true,
      created_at: tx.now,
    };
    return tx.sql
      .insertInto('eval_task_set')
      .values({ project_id: tx.projectId, name, sha256, task_count: Object.keys(tasks).length, ...content })
      .onConflict((conflict) => conflict.columns(['project_id', 'name', 'sha256']).doUpdateSet(content))
      .returning(columns)
      .executeTakeFirstOrThrow();
  },

  /** The current version, or the one of a hash. */
  find: (tx: ProjectTx, name: string, sha256: string | undefined): Promise<TaskSetRow | undefined> =>
    tx.sql
      .selectFrom('eval_task_set')
      .select(columns)
      .where('project_id', '=', tx.projectId)
      .where('name', '=', name)
      .$if(sha256 === undefined, (query) => query.where('is_current', '=', true))
      .$if(sha256 !== undefined, (query) => query.where('sha256', '=', sha256!))
      .executeTakeFirst(),

  async tasks(tx: ProjectTx, name: string, sha256: string): Promise<Tasks | undefined> {
    const row = await tx.sql
      .selectFrom('eval_task_set')
      .select('tasks')
      .where('project_id', '=', tx.projectId)
      .where('name', '=', name)
      .where('sha256', '=', sha256)
      .executeTakeFirst();
    return row?.tasks;
  },

  /** Versions that have one of these tasks. */
  async withTasks(tx: ProjectTx, taskIds: readonly string[]): Promise<(TaskSetRow & { isCurrent: boolean })[]> {
    if (taskIds.length === 0) return [];
    return tx.sql
      .selectFrom('eval_task_set')
      .select([...columns, 'is_current as isCurrent'])
      .where('project_id', '=', tx.projectId)
      .where(sql<boolean>`exists (select from json_object_keys(tasks) as id where id = any(${[...taskIds]}::text[]))`)
      .orderBy('name')
      .orderBy('sha256')
      .execute();
  },

  /** What runs over these that have ended were answered and told; their results stay. Parts go first: what has none is not resumed. */
  async removeAnswers(tx: ProjectTx, versions: readonly Pick<TaskSetRow, 'name' | 'sha256'>[]): Promise<void> {
    const { rows } = await sql<{ id: string }>`
      select run.id from eval_run as run join eval_dataset as dataset on dataset.id = run.dataset_id
        join json_to_recordset(${JSON.stringify(versions)}) as gone (name text, sha256 text)
          on gone.name = dataset.name and gone.sha256 = dataset.sha256
      where run.project_id = ${tx.projectId} and run.finished_at is not null
      order by run.id for no key update of run`.execute(tx.sql);
    const runIds = rows.map(({ id }) => id);
    for (const table of ['eval_shard', 'eval_answer', 'eval_event'])
      await sql`delete from ${sql.table(table)} where project_id = ${tx.projectId} and run_id = any(${runIds}::uuid[])`.execute(
        tx.sql,
      );
  },

  async removeVersions(tx: ProjectTx, versions: readonly Pick<TaskSetRow, 'name' | 'sha256'>[]): Promise<void> {
    for (const { name, sha256 } of versions)
      await tx.sql
        .deleteFrom('eval_task_set')
        .where('project_id', '=', tx.projectId)
        .where('name', '=', name)
        .where('sha256', '=', sha256)
        .execute();
  },

  current: (tx: ProjectTx): Promise<TaskSetRow[]> =>
    tx.sql
      .selectFrom('eval_task_set')
      .select(columns)
      .where('project_id', '=', tx.projectId)
      .where('is_current', '=', true)
      .orderBy('name')
      .execute(),

  /** What all versions of the project take, and how many names they have. */
  async size(tx: ProjectTx): Promise<{ bytes: number; names: number }> {
    const { bytes, names } = await tx.sql
      .selectFrom('eval_task_set')
      .select(({ fn }) => [
        fn.coalesce(fn.sum<string>('bytes'), sql<string>`0`).as('bytes'),
        fn.count<string>('name').distinct().as('names'),
      ])
      .where('project_id', '=', tx.projectId)
      .executeTakeFirstOrThrow();
    return { bytes: Number(bytes), names: Number(names) };
  },

  /** All versions of a name; false when there were none. */
  async remove(tx: ProjectTx, name: string): Promise<boolean> {
    const { numDeletedRows } = await tx.sql
      .deleteFrom('eval_task_set')
      .where('project_id', '=', tx.projectId)
      .where('name', '=', name)
      .executeTakeFirst();
    return numDeletedRows > 0n;
  },

  /** Versions that are not current, and that no run since then, nor one that has not ended, names: how many went. */
  async removeUnnamed(tx: ProjectTx, since: Date): Promise<number> {
    const { numAffectedRows } = await sql`
      delete from eval_task_set as old
      where project_id = ${tx.projectId} and not is_current and created_at < ${since} and not exists (
        select from eval_run as run join eval_dataset as dataset on dataset.id = run.dataset_id
        where run.project_id = ${tx.projectId} and dataset.name = old.name and dataset.sha256 = old.sha256
          and (run.created_at >= ${since} or run.finished_at is null)
      )`.execute(tx.sql);
    return Number(numAffectedRows ?? 0n);
  },

  /** Of all projects. */
  async knownFiles(tx: Tx): Promise<Set<string>> {
    const rows = await tx.sql.selectFrom('eval_task_set').select('files_sha256').distinct().execute();
    return new Set(rows.map(({ files_sha256 }) => files_sha256));
  },

  /** Projects that have versions which are not current. */
  async projectsWithOld(tx: Tx): Promise<string[]> {
    const rows = await tx.sql
      .selectFrom('eval_task_set')
      .select('project_id')
      .distinct()
      .where('is_current', '=', false)
      .execute();
    return rows.map(({ project_id }) => project_id);
  },
};
