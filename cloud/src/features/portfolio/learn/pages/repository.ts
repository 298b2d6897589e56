import { sql, type RawBuilder } from 'kysely';
import type { ProjectTx } from '../../../../platform/db/database.ts';
import { countedColumns, type Counted } from '../../counted.ts';

/** Outcomes in an order, a list for each column. */
export interface Page {
  size: number;
  columns: Columns;
  last: PageEnd;
}

/**
 * `at` in milliseconds since 1970. `pending` is null but where an outcome is not counted as it stands now: `was` is as which,
 * or null for not at all.
 */
type Columns = { [Name in Exclude<keyof Counted, 'at'>]: Counted[Name][] } & {
  taskId: (string | null)[];
  at: number[];
  pending: ({ id: string; was: unknown } | null)[];
};

/** Where to go on: after this row of this task, or of this time as the database writes it. */
export interface PageEnd {
  taskId: string | null;
  at: string;
  id: string;
}

export const pageRepository = {
  /** Task by task; undefined after the last. */
  ofTasks: (tx: ProjectTx, after: PageEnd | undefined, limit: number): Promise<Page | undefined> =>
    read(
      tx,
      sql`and outcome.task_id is not null
        ${after ? sql`and (outcome.task_id, outcome.id) > (${after.taskId}, ${after.id}::uuid)` : sql``}
        order by outcome.task_id, outcome.id limit ${limit}`,
    ),

  /** Those that belong to no task. */
  withoutTask: (tx: ProjectTx, after: PageEnd | undefined, limit: number): Promise<Page | undefined> =>
    read(
      tx,
      sql`and outcome.task_id is null
        ${after ? sql`and (outcome.at, outcome.id) > (${after.at}::timestamptz, ${after.id}::uuid)` : sql``}
        order by outcome.at, outcome.id limit ${limit}`,
    ),
};

const plain = countedColumns.filter((name) => name !== 'at');

/** As one JSON value: thousands of rows are read in a third of the time that they take one by one. */
async function read({ sql: trx, projectId }: ProjectTx, which: RawBuilder<unknown>): Promise<Page | undefined> {
  const lists = plain.map((name) => sql`${sql.lit(name)}, json_agg(${sql.ref(name)})`);
  const { rows } = await sql<Page>`
    select count(*)::integer as size,
      json_build_object(
        'taskId', json_agg(task_id), 'at', json_agg(floor(1000 * date_part('epoch', at))::bigint), ${sql.join(lists)},
        'pending', json_agg(case when is_pending then json_build_object('id', id, 'was', was) end)
      ) as columns,
      json_build_object(
        'taskId', (array_agg(task_id))[count(*)], 'at', (array_agg(at))[count(*)]::text, 'id', (array_agg(id))[count(*)]
      ) as last
    from (
      select outcome.id, outcome.task_id, outcome.at, ${sql.join(plain.map((name) => sql.ref(`outcome.${name}`)))},
        outcome_pending.outcome_id is not null as is_pending, outcome_pending.was
      from outcome left join outcome_pending on outcome_pending.outcome_id = outcome.id
      where outcome.project_id = ${projectId} ${which}
    ) as page`.execute(trx);
  const page = rows[0]!;
  return page.size === 0 ? undefined : page;
}
