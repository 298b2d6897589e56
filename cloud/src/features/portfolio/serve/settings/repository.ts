import type { PortfolioSettings } from '@whetstone/shared/contract';
import { sql } from 'kysely';
import type { ProjectTx } from '../../../../platform/db/database.ts';
import type { StoredSettings } from './stored-settings.ts';

/** What is counted of a model over all tasks and epochs. */
export interface ModelCount {
  model: string;
  n: number;
  solved: number;
}

export const settingsRepository = {
  find: ({ sql: trx, projectId }: ProjectTx): Promise<StoredSettings | undefined> =>
    trx
      .selectFrom('portfolio_settings')
      .select(['version', 'settings as document'])
      .where('project_id', '=', projectId)
      .executeTakeFirst(),

  async write({ sql: trx, projectId, now }: ProjectTx, settings: PortfolioSettings, version: number): Promise<void> {
    const row = { version, settings: JSON.stringify(settings), pool: settings.pool, updated_at: now };
    await trx
      .insertInto('portfolio_settings')
      .values({ project_id: projectId, ...row })
      .onConflict((conflict) => conflict.column('project_id').doUpdateSet(row))
      .execute();
  },

  /**
   * Something that routing tables are made of changes in this transaction. Whoever changes such a thing begins with this:
   * its row stays locked, which is also the order in which those who count take their locks.
   */
  async beginChange({ sql: trx, projectId }: ProjectTx): Promise<void> {
    await trx
      .insertInto('portfolio_state')
      .values({ project_id: projectId, version: 1, epochs: '[]', drift: '{}', prices: '{}' })
      .onConflict((conflict) =>
        conflict.column('project_id').doUpdateSet({ version: sql<number>`portfolio_state.version + 1` }),
      )
      .execute();
  },

  /** As `beginChange`, for who only may come to change something. */
  lockState: ({ sql: trx, projectId }: ProjectTx) =>
    trx.selectFrom('portfolio_state').select('project_id').where('project_id', '=', projectId).forUpdate().execute(),

  /** Of the project's own work; what was only seen in eval runs has 0. Rows that cannot be are left out. */
  async modelCounts({ sql: trx, projectId }: ProjectTx): Promise<ModelCount[]> {
    const { rows } = await sql<ModelCount>`
      select model, coalesce(sum(n) filter (where origin = 'work'), 0)::float8 as n,
        coalesce(sum(solved) filter (where origin = 'work'), 0)::float8 as solved
      from portfolio_cell
      where project_id = ${projectId} and level = 'global' and n >= 0 and n < 'infinity' and solved between 0 and n
      group by model`.execute(trx);
    return rows;
  },
};
