import { sql } from 'kysely';
import type { ProjectTx, Tx } from '../../../../platform/db/database.ts';
import { countedColumns } from '../../counted.ts';
import type { MethodResult } from './stored-method.ts';

export const methodRepository = {
  find: ({ sql: trx, projectId }: ProjectTx): Promise<unknown> =>
    trx
      .selectFrom('portfolio_method')
      .select(['used', 'measured_at as measuredAt', 'result'])
      .where('project_id', '=', projectId)
      .executeTakeFirst(),

  save: async (
    { sql: trx, projectId, now }: ProjectTx,
    { used, shrinkage, result }: { used: 'static' | 'cells'; shrinkage: number; result: MethodResult },
  ): Promise<void> => {
    const found = { measured_at: now, used, shrinkage, result: JSON.stringify(result) };
    await trx
      .insertInto('portfolio_method')
      .values({ project_id: projectId, ...found })
      .onConflict((conflict) => conflict.column('project_id').doUpdateSet(found))
      .execute();
  },

  /** So that the routing table is made again; undefined where nothing was learned that one could be made of. */
  bumpVersion: async ({ sql: trx, projectId }: ProjectTx): Promise<number | undefined> => {
    const row = await trx
      .updateTable('portfolio_state')
      .set({ version: sql`version + 1` })
      .where('project_id', '=', projectId)
      .returning('version')
      .executeTakeFirst();
    return row && Number(row.version);
  },

  /** Projects that have learned of outcomes since they were measured, or never were: so many of those that waited longest. */
  due: async ({ sql: trx }: Tx, most: number): Promise<string[]> => {
    const rows = await trx
      .selectFrom('portfolio_state')
      .leftJoin('portfolio_method', 'portfolio_method.project_id', 'portfolio_state.project_id')
      .select('portfolio_state.project_id as projectId')
      .where('portfolio_state.data_at', 'is not', null)
      .where((where) =>
        where.or([
          where('portfolio_method.measured_at', 'is', null),
          where('portfolio_method.measured_at', '<', where.ref('portfolio_state.data_at')),
        ]),
      )
      .orderBy(sql`portfolio_method.measured_at nulls first`)
      .limit(most)
      .execute();
    return rows.map(({ projectId }) => projectId);
  },

  /** The newest attempts at tasks that have a name, newest first. */
  attempts: ({ sql: trx, projectId }: ProjectTx, most: number) =>
    trx
      .selectFrom('outcome')
      .select([...countedColumns, 'task_id as taskId', 'repo_size as repoSize'])
      .where('project_id', '=', projectId)
      .where('task_id', 'is not', null)
      .orderBy('at', 'desc')
      .limit(most)
      .execute(),
};
