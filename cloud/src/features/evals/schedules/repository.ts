import type { EvalRunRequest } from '@whetstone/shared/contract';
import { sql, type Updateable } from 'kysely';
import type { ProjectTx, Tx } from '../../../platform/db/database.ts';
import type { Schema } from '../../../platform/db/schema.ts';
import { pageFitting, type FittingPage, type PageWanted } from '../../../platform/page-bytes.ts';

const columns = [
  'id',
  'name',
  'cron',
  'time_zone as timeZone',
  'run',
  'enabled',
  'generation',
  'next_at as nextAt',
  'last_run_id as lastRunId',
  'last_problem as lastProblem',
  'created_at as createdAt',
  'updated_at as updatedAt',
] as const;

export interface ScheduleRow {
  id: string;
  name: string;
  cron: string;
  timeZone: string;
  run: EvalRunRequest;
  enabled: boolean;
  /** Grows with every change, so that messages from before it do nothing. */
  generation: number;
  nextAt: Date | null;
  lastRunId: string | null;
  lastProblem: string | null;
  createdAt: Date;
  updatedAt: Date;
}

interface Written {
  name: string;
  cron: string;
  timeZone: string;
  run: EvalRunRequest;
  enabled: boolean;
  nextAt: Date | null;
}

const valuesOf = ({ name, cron, timeZone, run, enabled, nextAt }: Written) => ({
  name,
  cron,
  time_zone: timeZone,
  run: JSON.stringify(run),
  enabled,
  next_at: nextAt,
});

// What is in the column went through the contract's schema on its way in.
const rowOf = (row: Omit<ScheduleRow, 'run'> & { run: unknown }): ScheduleRow => ({
  ...row,
  run: row.run as EvalRunRequest,
});

export const scheduleRepository = {
  async insert(tx: ProjectTx, id: string, schedule: Written): Promise<ScheduleRow> {
    const row = await tx.sql
      .insertInto('eval_schedule')
      .values({
        id,
        project_id: tx.projectId,
        ...valuesOf(schedule),
        generation: 1,
        last_run_id: null,
        last_problem: null,
        created_at: tx.now,
        updated_at: tx.now,
      })
      .returning(columns)
      .executeTakeFirstOrThrow();
    return rowOf(row);
  },

  async count(tx: ProjectTx): Promise<number> {
    const { n } = await tx.sql
      .selectFrom('eval_schedule')
      .select(({ fn }) => fn.countAll<string>().as('n'))
      .where('project_id', '=', tx.projectId)
      .executeTakeFirstOrThrow();
    return Number(n);
  },

  async find(tx: ProjectTx, id: string): Promise<ScheduleRow | undefined> {
    const row = await tx.sql
      .selectFrom('eval_schedule')
      .select(columns)
      .where('project_id', '=', tx.projectId)
      .where('id', '=', id)
      .executeTakeFirst();
    return row && rowOf(row);
  },

  /** Nobody else changes it until this transaction ends. */
  async lock(tx: ProjectTx, id: string): Promise<ScheduleRow | undefined> {
    const row = await tx.sql
      .selectFrom('eval_schedule')
      .select(columns)
      .where('project_id', '=', tx.projectId)
      .where('id', '=', id)
      .forUpdate()
      .executeTakeFirst();
    return row && rowOf(row);
  },

  /** Newest first, below the id `before`: as many as fit on a page. */
  page: (tx: ProjectTx, { before, limit }: PageWanted): Promise<FittingPage<ScheduleRow>> =>
    pageFitting(
      limit,
      (most) =>
        tx.sql
          .selectFrom('eval_schedule')
          .select('id')
          .select(sql<number>`octet_length(run::text)`.as('bytes'))
          .where('project_id', '=', tx.projectId)
          .$if(before !== undefined, (query) => query.where('id', '<', before!))
          .orderBy('id', 'desc')
          .limit(most)
          .execute(),
      async (ids) => {
        const rows = await tx.sql
          .selectFrom('eval_schedule')
          .select(columns)
          .where('project_id', '=', tx.projectId)
          .where('id', 'in', ids)
          .orderBy('id', 'desc')
          .execute();
        return rows.map(rowOf);
      },
    ),

  async replace(tx: ProjectTx, id: string, schedule: Written): Promise<ScheduleRow | undefined> {
    const row = await tx.sql
      .updateTable('eval_schedule')
      .set((of) => ({
        ...valuesOf(schedule),
        generation: of('generation', '+', 1),
        last_problem: null,
        updated_at: tx.now,
      }))
      .where('project_id', '=', tx.projectId)
      .where('id', '=', id)
      .returning(columns)
      .executeTakeFirst();
    return row && rowOf(row);
  },

  /** What became of an occurrence, or of a run beside the times. */
  async note(tx: ProjectTx, id: string, became: Became): Promise<void> {
    const change: Updateable<Schema['eval_schedule']> = { last_problem: became.problem ?? null };
    if (became.runId !== undefined) change.last_run_id = became.runId;
    if (became.nextAt !== undefined) change.next_at = became.nextAt;
    await tx.sql
      .updateTable('eval_schedule')
      .set(change)
      .where('project_id', '=', tx.projectId)
      .where('id', '=', id)
      .execute();
  },

  async remove(tx: ProjectTx, id: string): Promise<boolean> {
    const { numDeletedRows } = await tx.sql
      .deleteFrom('eval_schedule')
      .where('project_id', '=', tx.projectId)
      .where('id', '=', id)
      .executeTakeFirst();
    return numDeletedRows > 0n;
  },

  /** The run of a schedule that has not ended; there is one at most. */
  async runUnderWay(tx: ProjectTx, scheduleId: string): Promise<string | undefined> {
    const run = await tx.sql
      .selectFrom('eval_run')
      .select('id')
      .where('project_id', '=', tx.projectId)
      .where('schedule_id', '=', scheduleId)
      .where('status', 'in', ['queued', 'running'])
      .limit(1)
      .executeTakeFirst();
    return run?.id;
  },

  /** Schedules of all projects whose occurrence should have come before a time. */
  overdue: (tx: Tx, before: Date): Promise<Overdue[]> =>
    tx.sql
      .selectFrom('eval_schedule')
      .select(['id', 'project_id as projectId', 'generation', 'next_at as nextAt'])
      .where('enabled', '=', true)
      .where('next_at', '<', before)
      .orderBy('next_at')
      .$narrowType<{ nextAt: Date }>()
      .execute(),
};

interface Became {
  runId?: string;
  problem?: string | undefined;
  /** null: none comes any more. */
  nextAt?: Date | null;
}

export interface Overdue {
  id: string;
  projectId: string;
  generation: number;
  nextAt: Date;
}
