import { sql } from 'kysely';
import type { ProjectTx } from '../../../../platform/db/database.ts';
import { bucketCount, bucketGrowth } from '../time-histogram.ts';

interface Asked {
  since: Date;
  taskType: string | undefined;
  /** Nothing up to then. */
  after?: Date | undefined;
}

/** Submissions of one model on one problem. */
export interface WorkGroup {
  model: string;
  problem: string;
  passed: number;
  failed: number;
  unpriced: number;
  costUsd: number;
}

/** Submissions of one model that took about as long. */
export interface WorkTime {
  model: string;
  bucket: number;
  samples: number;
}

export interface WorkSpan {
  model: string;
  at: Date;
  passed: number;
  failed: number;
  problems: number;
  unpriced: number;
  costUsd: number;
}

/** What agents told of their own work, by its time. */
export const agentWorkRepository = {
  /** When the n-th newest came; undefined where there are fewer. */
  async timeOfNewest(tx: ProjectTx, asked: Asked, n: number): Promise<Date | undefined> {
    const { rows } = await sql<{ at: Date }>`
      select at from eval_submission where ${within(tx, asked)} order by at desc offset ${n - 1} limit 1`.execute(
      tx.sql,
    );
    return rows[0]?.at;
  },

  /** Changes with every submission that comes or leaves the range. */
  async stamp(tx: ProjectTx, asked: Asked) {
    const { rows } = await sql<{ count: number; last: string | null }>`
      select count(*)::integer as count, max(id::text) as last from eval_submission where ${within(tx, asked)}`.execute(
      tx.sql,
    );
    return rows[0]!;
  },

  async taskTypes(tx: ProjectTx, since: Date): Promise<string[]> {
    const { rows } = await sql<{ taskType: string }>`
      select distinct task_type as "taskType" from eval_submission
      where ${within(tx, { since, taskType: undefined })} and task_type is not null
      order by 1 limit 200`.execute(tx.sql);
    return rows.map(({ taskType }) => taskType);
  },

  /** The models that worked last. */
  async models(tx: ProjectTx, asked: Asked): Promise<{ model: string; lastAt: Date; count: number }[]> {
    const { rows } = await sql<{ model: string; lastAt: Date; count: number }>`
      select model, max(at) as "lastAt", count(*)::integer as count
      from eval_submission where ${within(tx, asked)} group by model order by 2 desc, 1`.execute(tx.sql);
    return rows;
  },

  async groups(tx: ProjectTx, asked: Asked, models: readonly string[]): Promise<WorkGroup[]> {
    const { rows } = await sql<WorkGroup>`
      select model, problem,
        (count(*) filter (where passed))::integer as passed, (count(*) filter (where not passed))::integer as failed,
        (count(*) filter (where cost_usd is null))::integer as unpriced, coalesce(sum(cost_usd), 0) as "costUsd"
      from eval_submission where ${within(tx, asked)} and model = any(${models}::text[])
      group by 1, 2`.execute(tx.sql);
    return rows;
  },

  async times(tx: ProjectTx, asked: Asked, models: readonly string[]): Promise<WorkTime[]> {
    const { rows } = await sql<WorkTime>`
      select model,
        case when time_ms < 1 then 0
          else least(${bucketCount - 1}::integer, floor(ln(time_ms) / ln(${bucketGrowth}::double precision))::integer + 1)
        end as bucket,
        count(*)::integer as samples
      from eval_submission where ${within(tx, asked)} and model = any(${models}::text[]) and time_ms is not null
      group by 1, 2`.execute(tx.sql);
    return rows;
  },

  async spans(tx: ProjectTx, asked: Asked, models: readonly string[], spanMs: number): Promise<WorkSpan[]> {
    const { rows } = await sql<WorkSpan>`
      select model, max(at) as at, (count(*) filter (where passed))::integer as passed,
        (count(*) filter (where not passed))::integer as failed, count(distinct problem)::integer as problems,
        (count(*) filter (where cost_usd is null))::integer as unpriced, coalesce(sum(cost_usd), 0) as "costUsd"
      from eval_submission where ${within(tx, asked)} and model = any(${models}::text[])
      group by model, floor(extract(epoch from at)::double precision * 1000 / ${spanMs}::double precision)
      order by 2`.execute(tx.sql);
    return rows;
  },

  async source(tx: ProjectTx): Promise<{ runs: number; lastRunAt: Date } | undefined> {
    const { rows } = await sql<{ runs: number; lastRunAt: Date | null }>`
      select count(*)::integer as runs, max(at) as "lastRunAt" from eval_submission
      where project_id = ${tx.projectId}`.execute(tx.sql);
    const [row] = rows;
    return row && row.lastRunAt ? { runs: row.runs, lastRunAt: row.lastRunAt } : undefined;
  },
};

const within = (tx: ProjectTx, { since, taskType, after }: Asked) =>
  sql`project_id = ${tx.projectId} and at >= ${since} and at <= ${tx.now}
    and (${after ?? null}::timestamptz is null or at > ${after ?? null}::timestamptz)
    and (${taskType ?? null}::text is null or task_type = ${taskType ?? null})`;
