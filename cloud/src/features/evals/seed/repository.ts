import type { ProjectTx } from '../../../platform/db/database.ts';

export const seedRepository = {
  /** How the sample runs of the project stand, in the order they were started in. */
  async statuses(tx: ProjectTx): Promise<string[]> {
    const rows = await tx.sql
      .selectFrom('eval_run')
      .select('status')
      .where('project_id', '=', tx.projectId)
      .where('purpose', '=', 'seed')
      .orderBy('id')
      .execute();
    return rows.map(({ status }) => status);
  },

  /** Whether anybody has started a run. */
  async hasRuns(tx: ProjectTx): Promise<boolean> {
    const run = await tx.sql
      .selectFrom('eval_run')
      .select('id')
      .where('project_id', '=', tx.projectId)
      .limit(1)
      .executeTakeFirst();
    return run !== undefined;
  },
};
