import type { CellCount, RescueCount } from '@whetstone/shared/portfolio';
import { sql } from 'kysely';
import type { ProjectTx } from '../../../../platform/db/database.ts';
import { cellOf, rescueOf } from '../../cell-row.ts';

/** Rows that can be; how many could not is told beside them. */
interface Sound<T> {
  rows: T[];
  corrupt: number;
}

/** A table stays small enough for every agent to keep: what is asked for most comes first. */
export const mostCells = 200;
const mostRescues = 7_000;

export const tableRepository = {
  /**
   * The cells of the named models: of each level those with the most tries, in every epoch. The rest is answered from the
   * next wider ones.
   */
  async cells({ sql: trx, projectId }: ProjectTx, models: readonly string[]): Promise<Sound<CellCount>> {
    const { rows } = await sql<Record<string, unknown>>`
      with used as (
        select origin, level, key,
          row_number() over (
            partition by origin, level order by sum(case when n >= 0 and n < 'infinity' then n end) desc nulls last, key
          ) as place
        from portfolio_cell
        where project_id = ${projectId} and model = any(${models}) and (origin = 'work' or level in ('global', 'type'))
        group by origin, level, key
      )
      select cell.origin, cell.epoch, cell.level, cell.key, cell.model, cell.n, cell.solved, cell.cost, cell.time
      from used join portfolio_cell as cell using (origin, level, key)
      where cell.project_id = ${projectId} and cell.model = any(${models}) and used.place <= ${mostCells}
      order by cell.origin, cell.level, cell.key, cell.model, cell.epoch`.execute(trx);
    return soundOf(rows, cellOf);
  },

  async rescues({ sql: trx, projectId }: ProjectTx, models: readonly string[]): Promise<Sound<RescueCount>> {
    const rows = await trx
      .selectFrom('portfolio_rescue')
      .select(['failed', 'failed_second', 'model', 'n', 'solved', 'cost_n', 'cost_sum'])
      .where('project_id', '=', projectId)
      .where('model', 'in', models)
      .where('failed', 'in', models)
      .where('failed_second', 'in', ['', ...models])
      .orderBy('n', 'desc')
      .orderBy('failed')
      .orderBy('failed_second')
      .orderBy('model')
      .limit(mostRescues)
      .execute();
    return soundOf(rows, rescueOf);
  },

  /** Which method the nightly test left in use; undefined until it has measured. */
  method: ({
    sql: trx,
    projectId,
  }: ProjectTx): Promise<{ used: string; shrinkage: number; result: unknown } | undefined> =>
    trx
      .selectFrom('portfolio_method')
      .select(['used', 'shrinkage', 'result'])
      .where('project_id', '=', projectId)
      .executeTakeFirst(),

  /** What tells whether a table that is at hand is still right, without making it again. */
  async versions({ sql: trx, projectId }: ProjectTx): Promise<{ settings: number; state: number }> {
    const { rows } = await sql<{ settings: number; state: string }>`
      select coalesce((select version from portfolio_settings where project_id = ${projectId}), 0) as settings,
        coalesce((select version from portfolio_state where project_id = ${projectId}), 0) as state`.execute(trx);
    const { settings, state } = rows[0]!;
    return { settings, state: Number(state) };
  },
};

function soundOf<T>(rows: readonly unknown[], parse: (row: unknown) => T | undefined): Sound<T> {
  const sound = rows.flatMap((row) => {
    const one = parse(row);
    return one === undefined ? [] : [one];
  });
  return { rows: sound, corrupt: rows.length - sound.length };
}
