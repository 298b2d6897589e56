import { sql } from 'kysely';
import type { ProjectTx } from '../../../../platform/db/database.ts';

export interface CorrectionCount {
  triage: string | null;
  status: string;
  n: number;
}

/** Of a session: what its agent wrote and what people changed of it. */
export interface SessionLines {
  covered: boolean;
  agentLines: number;
  changedLines: number;
}

export const summaryRepository = {
  async corrections(tx: ProjectTx, since: Date, taskType: string | undefined): Promise<CorrectionCount[]> {
    const { rows } = await sql<CorrectionCount>`
      select triage, status, count(*)::integer as n from feedback
      where project_id = ${tx.projectId} and kind <> 'kept' and corrected_at >= ${since} and ${ofType(taskType)}
      group by triage, status`.execute(tx.sql);
    return rows;
  },

  async sessions(tx: ProjectTx, since: Date, taskType: string | undefined): Promise<SessionLines[]> {
    const { rows } = await sql<SessionLines>`
      select bool_and(covered) as covered, sum(agent_lines)::float8 as "agentLines", sum(changed_lines)::float8 as "changedLines"
      from feedback_survival
      where project_id = ${tx.projectId} and at >= ${since} and ${ofType(taskType)}
      group by session`.execute(tx.sql);
    return rows;
  },
};

const ofType = (taskType: string | undefined) => (taskType === undefined ? sql`true` : sql`task_type = ${taskType}`);
