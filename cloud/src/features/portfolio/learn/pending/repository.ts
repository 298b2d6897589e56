import { sql, type RawBuilder } from 'kysely';
import type { ProjectTx, Tx } from '../../../../platform/db/database.ts';
import { countedColumns, type Counted } from '../../counted.ts';

/** An outcome and what has been counted of it: what it says, unless it is pending; then `was`, or nothing. */
export type OutcomeRow = Counted & { id: string; taskId: string | null; isPending: boolean; was: unknown };

/** Where to go on: after this task and row. */
export interface TaskPlace {
  taskId: string;
  id: string;
}

/** Of those without a task: after this time, as the database writes it, and row. */
export interface TimePlace {
  at: string;
  id: string;
}

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

  /** Task by task. */
  pageOfTasks: (tx: ProjectTx, after: TaskPlace | undefined, limit: number): Promise<OutcomeRow[]> =>
    selectAtOnce(
      tx,
      sql`outcome`,
      sql`where outcome.project_id = ${tx.projectId} and outcome.task_id is not null
        ${after ? sql`and (outcome.task_id, outcome.id) > (${after.taskId}, ${after.id}::uuid)` : sql``}
        order by outcome.task_id, outcome.id limit ${limit}`,
    ),

  /** Of those that belong to none. */
  pageWithoutTask: (tx: ProjectTx, after: TimePlace | undefined, limit: number) =>
    selectAtOnce<{ atText: string }>(
      tx,
      sql`outcome`,
      sql`where outcome.project_id = ${tx.projectId} and outcome.task_id is null
        ${after ? sql`and (outcome.at, outcome.id) > (${after.at}::timestamptz, ${after.id}::uuid)` : sql``}
        order by outcome.at, outcome.id limit ${limit}`,
      sql`, outcome.at::text as "atText"`,
    ),

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

interface Wanted {
  from: RawBuilder<unknown>;
  rest: RawBuilder<unknown>;
  more?: RawBuilder<unknown>;
}

const query = ({ from, rest, more = sql`` }: Wanted) => sql`
  select outcome.id, outcome.task_id as "taskId", ${columns},
    outcome_pending.outcome_id is not null as "isPending", outcome_pending.was${more}
  from ${from} as outcome left join outcome_pending on outcome_pending.outcome_id = outcome.id ${rest}`;

async function select(tx: ProjectTx, from: RawBuilder<unknown>, rest: RawBuilder<unknown>): Promise<OutcomeRow[]> {
  const { rows } = await sql<OutcomeRow>`${query({ from, rest })}`.execute(tx.sql);
  return rows;
}

/** As one JSON value: thousands of rows are read in a third of the time that they take one by one. */
async function selectAtOnce<More = object>(
  tx: ProjectTx,
  from: RawBuilder<unknown>,
  rest: RawBuilder<unknown>,
  more?: RawBuilder<unknown>,
): Promise<(OutcomeRow & More)[]> {
  const { rows } = await sql<{ page: (Omit<OutcomeRow, 'at'> & More & { at: string })[] | null }>`
    select json_agg(page) as page from (${query({ from, rest, ...(more && { more }) })}) as page`.execute(tx.sql);
  return (rows[0]?.page ?? []).map((row) => ({ ...row, at: new Date(row.at) }));
}
