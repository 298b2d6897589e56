import type { CellCount, EpochTally, Tally } from '@whetstone/shared/portfolio';
import { sql } from 'kysely';
import type { ProjectTx, Tx } from '../../../../platform/db/database.ts';
import { amountsJson, cellOf } from '../../cell-row.ts';

/**
 * What others have counted of a model at such tasks, as far as the project shares with them: sums alone, so that nobody learns
 * how their amounts are spread.
 */
export interface PooledCount {
  level: 'global' | 'type';
  key: string;
  model: string;
  n: number;
  solved: number;
  /** US dollars of so many tries. */
  costN: number;
  costSum: number;
  /** Milliseconds of so many tries. */
  timeN: number;
  timeSum: number;
  /** Organisations. */
  contributors: number;
}

export interface SharedCount extends Tally {
  level: string;
  key: string;
  model: string;
}

export const poolRepository = {
  /** For whom the project of the transaction is and shares with, which the database itself checks. */
  async read(tx: ProjectTx): Promise<PooledCount[]> {
    const { rows } = await sql<PooledCount>`
      select level, key, model, n, solved, coalesce(cost_n, 0) as "costN", coalesce(cost_sum, 0) as "costSum",
        coalesce(time_n, 0) as "timeN", coalesce(time_sum, 0) as "timeSum", contributors::integer as contributors
      from portfolio_pool_for_project()
      where n > 0 and n < 'infinity'::float8`.execute(tx.sql);
    return rows;
  },

  /** Takes back what the project of the transaction shares. */
  withdraw: (tx: ProjectTx) => sql`select portfolio_pool_withdraw()`.execute(tx.sql),

  /** Has the next round share again. */
  async share({ sql: trx, projectId }: ProjectTx): Promise<void> {
    await trx
      .updateTable('portfolio_state')
      .set({ pooled_version: null })
      .where('project_id', '=', projectId)
      .execute();
  },

  /** Projects whose counts have changed since they were shared. */
  async projectsToShare({ sql: trx }: Tx): Promise<string[]> {
    const rows = await trx
      .selectFrom('portfolio_state')
      .select('project_id as id')
      .where(sql<boolean>`pooled_version is distinct from version`)
      .execute();
    return rows.map(({ id }) => id);
  },

  /** Locks the state of a project: with whom it shares, and which version its counts have. */
  async lock({ sql: trx }: Tx, projectId: string) {
    const state = await trx
      .selectFrom('portfolio_state')
      .innerJoin('project', 'project.id', 'portfolio_state.project_id')
      .leftJoin('portfolio_settings', 'portfolio_settings.project_id', 'portfolio_state.project_id')
      .select(['portfolio_state.version', 'epochs', 'organisation_id as organisationId', 'pool'])
      .where('portfolio_state.project_id', '=', projectId)
      .forUpdate('portfolio_state')
      .executeTakeFirst();
    return state && { ...state, version: Number(state.version), pool: state.pool ?? 'organisation' };
  },

  /** What the project's own work has in the cells that are shared, epoch by epoch. */
  async counts({ sql: trx }: Tx, projectId: string): Promise<(CellCount & EpochTally)[]> {
    const rows = await trx
      .selectFrom('portfolio_cell')
      .select(['origin', 'epoch', 'level', 'key', 'model', 'n', 'solved', 'cost', 'time'])
      .where('project_id', '=', projectId)
      .where('origin', '=', 'work')
      .where('level', 'in', ['global', 'type'])
      .execute();
    return rows.flatMap((row) => cellOf(row) ?? []);
  },

  async replace(
    { sql: trx }: Tx,
    { projectId, organisationId, withEveryone }: { projectId: string; organisationId: string; withEveryone: boolean },
    counts: readonly SharedCount[],
  ): Promise<void> {
    await trx.deleteFrom('portfolio_pool').where('project_id', '=', projectId).execute();
    const column = (name: 'level' | 'key' | 'model' | 'n' | 'solved') => counts.map((count) => count[name]);
    await sql`
      insert into portfolio_pool
        (project_id, organisation_id, with_everyone, level, key, model, n, solved, cost, time)
      select ${projectId}::uuid, ${organisationId}::uuid, ${withEveryone}, shared.* from unnest(
        ${column('level')}::text[], ${column('key')}::text[], ${column('model')}::text[], ${column('n')}::float8[],
        ${column('solved')}::float8[], ${counts.map(({ cost }) => amountsJson(cost))}::json[],
        ${counts.map(({ time }) => amountsJson(time))}::json[]
      ) as shared`.execute(trx);
  },

  async shared({ sql: trx }: Tx, projectId: string, version: number): Promise<void> {
    await trx
      .updateTable('portfolio_state')
      .set({ pooled_version: version })
      .where('project_id', '=', projectId)
      .execute();
  },
};
