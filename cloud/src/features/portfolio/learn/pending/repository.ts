import { sql, type RawBuilder } from 'kysely';
import type { ProjectTx, Tx } from '../../../../platform/db/database.ts';
import { countedColumns, type Counted } from '../../counted.ts';

/** An outcome and what has been counted of it: what it says, unless it is pending; then `was`, or nothing. */
export type OutcomeRow = Counted & { id: string; taskId: string | null; isPending: boolean; was: unknown };

export const pendingRepository = {
  async projects(tx: Tx): Promise<string[]> {
    const rows = await tx.sql.selectFrom('outcome_pending').select('project_id as id').distinct().execute();
    return rows.map(({ id }) => id);
  },

  /** The oldest. They stay locked: a correction of one of them waits, and then corrects what was counted. */
  async take(tx: ProjectTx, atMost: number): Promise<string[]> {
    const rows = await tx.sql
      .selectFrom('outcome_pending')
      .select('outcome_id as id')
      .where('project_id', '=', tx.projectId)
      .orderBy('outcome_id')
      .limit(atMost)
      .forUpdate()
      .execute();
    return rows.map(({ id }) => id);
  },

  /** These outcomes and all others of their tasks, in one statement: so no row is seen without its place among the pending. */
  ofTasks: (tx: ProjectTx, ids: readonly string[]): Promise<OutcomeRow[]> =>
    select(
      tx,
      // Lateral, so that it is a look into the index for each, whatever the planner believes of the table.
      sql`(
        select attempt.* from (
          select distinct task_id from outcome where project_id = ${tx.projectId} and id = any(${ids}::uuid[])
        ) as task cross join lateral (
          select * from outcome where project_id = ${tx.projectId} and task_id = task.task_id offset 0
        ) as attempt
        union all
        select * from outcome where project_id = ${tx.projectId} and id = any(${ids}::uuid[]) and task_id is null
      )`,
      sql`order by outcome.id`,
    ),

  async remove(tx: ProjectTx, ids: readonly string[]): Promise<void> {
    await sql`delete from outcome_pending where project_id = ${tx.projectId} and outcome_id = any(${ids}::uuid[])`.execute(
      tx.sql,
    );
  },

  /** Whether an outcome of the model that has been counted ended at that time or later. */
  async isCountedSince(tx: ProjectTx, model: string, since: Date): Promise<boolean> {
    const { rows } = await sql`
      select from outcome where project_id = ${tx.projectId} and at >= ${since} and model = ${model} limit 1`.execute(
      tx.sql,
    );
    return rows.length > 0;
  },
};

const columns = sql.join(countedColumns.map((column) => sql.ref(`outcome.${column}`)));

async function select(tx: ProjectTx, from: RawBuilder<unknown>, rest: RawBuilder<unknown>): Promise<OutcomeRow[]> {
  const { rows } = await sql<OutcomeRow>`
    select outcome.id, outcome.task_id as "taskId", ${columns},
      outcome_pending.outcome_id is not null as "isPending", outcome_pending.was
    from ${from} as outcome left join outcome_pending on outcome_pending.outcome_id = outcome.id ${rest}`.execute(
    tx.sql,
  );
  return rows;
}
