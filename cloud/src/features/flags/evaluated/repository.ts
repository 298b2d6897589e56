import { sql } from 'kysely';
import type { Tx } from '../../../platform/db/database.ts';

export interface NotedEvaluation {
  projectId: string;
  flag: string;
  at: Date;
}

export const evaluatedRepository = {
  /** Of what several servers and the roll-up say of a flag, the latest stays; rows are touched in the order of their keys. */
  async mark(tx: Tx, noted: readonly NotedEvaluation[]): Promise<void> {
    await sql`
      insert into flag_last_evaluation as known (project_id, flag, last_at)
      select * from unnest(
        ${noted.map(({ projectId }) => projectId)}::uuid[], ${noted.map(({ flag }) => flag)}::text[],
        ${noted.map(({ at }) => at.toISOString())}::timestamptz[]
      ) as noted (project_id, flag, last_at)
      order by project_id, flag collate "C"
      on conflict (project_id, flag) do update set last_at = excluded.last_at
        where known.last_at < excluded.last_at`.execute(tx.sql);
  },
};
