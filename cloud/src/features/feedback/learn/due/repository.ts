import { sql } from 'kysely';
import type { Tx } from '../../../../platform/db/database.ts';

export const dueRepository = {
  /** Projects in which something waits to be learned. */
  async projects({ sql: trx }: Tx, edition: number): Promise<string[]> {
    const { rows } = await sql<{ id: string }>`
      select id from project where exists (select from feedback where project_id = project.id and read_at is null)
        or exists (select from feedback_touched where project_id = project.id)
        or exists (select from feedback where project_id = project.id and read_at is not null and read_edition < ${edition})`.execute(
      trx,
    );
    return rows.map(({ id }) => id);
  },
};
