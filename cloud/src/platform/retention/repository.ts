import { sql } from 'kysely';
import type { ProjectTx, Tx } from '../db/database.ts';

/** Tables of projects whose rows are kept so many days after a time of theirs. */
export type AgingTable = keyof typeof timeOf;

/** By which time; an index leads to it. */
const timeOf = {
  eval_submission: 'at',
  feedback_survival: 'at',
  outcome: 'at',
  portfolio_recommendation: 'to_at',
  portfolio_told: 'at',
  webhook_delivery: 'created_at',
} as const;

export const agingRepository = {
  /** Projects with rows from before a time. */
  async projectsWithOlder(tx: Tx, table: AgingTable, before: Date): Promise<string[]> {
    const { rows } = await sql<{ id: string }>`
      select id from project
      where exists (
        select from ${sql.table(table)} as aging
        where aging.project_id = project.id and ${sql.ref(`aging.${timeOf[table]}`)} < ${before}
      )`.execute(tx.sql);
    return rows.map(({ id }) => id);
  },

  /** Deletes the oldest from before a time: how many went, at most the limit. */
  async removeOldest(tx: ProjectTx, table: AgingTable, before: Date, limit: number): Promise<number> {
    const time = sql.ref(timeOf[table]);
    const { numAffectedRows } = await sql`
      delete from ${sql.table(table)} where project_id = ${tx.projectId} and id in (
        select id from ${sql.table(table)} where project_id = ${tx.projectId} and ${time} < ${before}
        order by ${time} limit ${limit}
      )`.execute(tx.sql);
    return Number(numAffectedRows ?? 0n);
  },
};
