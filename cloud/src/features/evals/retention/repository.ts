import { sql } from 'kysely';
import type { ProjectTx, Tx } from '../../../platform/db/database.ts';

/** Rows of a run beside the run itself, which stays. */
export type RunRows = 'eval_shard' | 'eval_answer' | 'eval_result' | 'eval_event';

const orderOf = {
  eval_shard: ['shard'],
  eval_answer: ['problem', 'sample'],
  eval_result: ['problem', 'sample'],
  eval_event: ['seq'],
} as const satisfies Record<RunRows, readonly string[]>;

export const runRetentionRepository = {
  /** Projects with runs that ended before a time. */
  async projectsWithRunsBefore(tx: Tx, before: Date): Promise<string[]> {
    const { rows } = await sql<{ id: string }>`
      select id from project
      where exists (select from eval_run where project_id = project.id and finished_at < ${before})`.execute(tx.sql);
    return rows.map(({ id }) => id);
  },

  /** The next run, from an id on, that ended before a time and still has such rows; nobody resumes it meanwhile. */
  async oldestWith(tx: ProjectTx, table: RunRows, before: Date, from: string): Promise<string | undefined> {
    const { rows } = await sql<{ id: string }>`
      select id from eval_run
      where project_id = ${tx.projectId} and id >= ${from} and finished_at < ${before}
        and exists (select from ${sql.table(table)} as part where part.run_id = eval_run.id)
      order by id limit 1 for no key update`.execute(tx.sql);
    return rows[0]?.id;
  },

  /** How many rows of the run went, at most the limit. */
  async remove(tx: ProjectTx, table: RunRows, runId: string, limit: number): Promise<number> {
    const columns = sql.join(['run_id', ...orderOf[table]].map((name) => sql.ref(name)));
    const { numAffectedRows } = await sql`
      delete from ${sql.table(table)} where (${columns}) in (
        select ${columns} from ${sql.table(table)}
        where project_id = ${tx.projectId} and run_id = ${runId}
        order by ${columns} limit ${limit}
      )`.execute(tx.sql);
    return Number(numAffectedRows ?? 0n);
  },
};
