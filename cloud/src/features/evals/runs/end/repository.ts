import type { RunSummary } from '@whetstone/evals';
import { sql } from 'kysely';
import type { ProjectTx } from '../../../../platform/db/database.ts';
import { shortDetail } from '../bounded.ts';

/** The end of runs, and how they go on. */
export const endRepository = {
  /** False when it has ended already. */
  async end(tx: ProjectTx, runId: string, status: string, failure: string | null): Promise<boolean> {
    const { numUpdatedRows } = await tx.sql
      .updateTable('eval_run')
      .set({ status, failure: failure && shortDetail(failure), finished_at: tx.now })
      .where('project_id', '=', tx.projectId)
      .where('id', '=', runId)
      .where('status', 'in', ['queued', 'running'])
      .executeTakeFirst();
    return numUpdatedRows > 0n;
  },

  keepSummary: (tx: ProjectTx, runId: string, summary: RunSummary) =>
    tx.sql
      .updateTable('eval_run')
      .set({ summary: JSON.stringify(summary) })
      .where('project_id', '=', tx.projectId)
      .where('id', '=', runId)
      .execute(),

  async nextSeq(tx: ProjectTx, runId: string): Promise<number> {
    const { seq } = await tx.sql
      .updateTable('eval_run')
      .set((eb) => ({ event_seq: eb('event_seq', '+', 1) }))
      .where('project_id', '=', tx.projectId)
      .where('id', '=', runId)
      .returning('event_seq as seq')
      .executeTakeFirstOrThrow();
    return seq;
  },

  /**
   * Opens an ended run again: what had trouble or was not asked goes, and so do the marks of the shards that lack something.
   * Gives how many do; a run that lacks nothing is left as it is.
   */
  async reopen(tx: ProjectTx, runId: string, budgetUsd: number | undefined): Promise<number> {
    const { rows } = await sql<{ shard: number }>`
      select eval_shard.shard from eval_shard
      where project_id = ${tx.projectId} and run_id = ${runId} and sample_count > (
        select count(*) from json_array_elements(eval_shard.samples) as one
        join eval_result on eval_result.run_id = eval_shard.run_id
          and eval_result.problem = (one ->> 0)::int and eval_result.sample = (one ->> 1)::int
        where eval_result.status in ('passed', 'failed', 'timeout')
      )`.execute(tx.sql);
    const open = rows.map(({ shard }) => shard);
    await tx.sql
      .deleteFrom('eval_result')
      .where('project_id', '=', tx.projectId)
      .where('run_id', '=', runId)
      .where('status', 'in', ['error', 'skipped'])
      .execute();
    if (open.length > 0)
      await tx.sql
        .updateTable('eval_shard')
        .set({ is_done: false, is_sent: false, errors_retried: false })
        .where('project_id', '=', tx.projectId)
        .where('run_id', '=', runId)
        .where('shard', 'in', open)
        .execute();
    await tx.sql
      .updateTable('eval_run')
      .set({
        status: 'running',
        failure: null,
        summary: sql<string>`null`,
        finished_at: null,
        error: 0,
        skipped: 0,
        is_spent: false,
        open_shards: open.length,
        ...(budgetUsd !== undefined && { budget_usd: budgetUsd }),
      })
      .where('project_id', '=', tx.projectId)
      .where('id', '=', runId)
      .execute();
    return open.length;
  },

  /** Parts go with answers and results: without them nobody knows what is lacking. */
  async hasParts(tx: ProjectTx, runId: string): Promise<boolean> {
    const part = await tx.sql
      .selectFrom('eval_shard')
      .select('shard')
      .where('project_id', '=', tx.projectId)
      .where('run_id', '=', runId)
      .limit(1)
      .executeTakeFirst();
    return part !== undefined;
  },

  /** Where nobody knows what it may cost, no budget can be kept. */
  async isPriced(tx: ProjectTx, runId: string): Promise<boolean> {
    const { worst } = await tx.sql
      .selectFrom('eval_run')
      .select('worst_case_usd as worst')
      .where('project_id', '=', tx.projectId)
      .where('id', '=', runId)
      .executeTakeFirstOrThrow();
    return worst !== null;
  },

  /** What an open run may still pay; Infinity where nobody knows. */
  async leftUsd(tx: ProjectTx, runId: string): Promise<number> {
    const { rows } = await sql<{ left: number | null }>`
      select (least(budget_usd, worst_case_usd) - paid_usd)::float8 as left from eval_run
      where project_id = ${tx.projectId} and id = ${runId}`.execute(tx.sql);
    const left = rows[0]?.left ?? Infinity;
    return Math.max(0, left);
  },

  async isSpent(tx: ProjectTx, runId: string): Promise<boolean> {
    const { isSpent } = await tx.sql
      .selectFrom('eval_run')
      .select('is_spent as isSpent')
      .where('project_id', '=', tx.projectId)
      .where('id', '=', runId)
      .executeTakeFirstOrThrow();
    return isSpent;
  },
};
