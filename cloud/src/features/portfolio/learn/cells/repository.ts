import type { CellCount, RescueCount } from '@whetstone/shared/portfolio';
import { sql } from 'kysely';
import type { ProjectTx } from '../../../../platform/db/database.ts';
import { amountsJson, cellOf, rescueOf } from '../../cell-row.ts';

type CellKey = Pick<CellCount, 'origin' | 'epoch' | 'level' | 'key' | 'model'>;
type RescueKey = Pick<RescueCount, 'failed' | 'model'>;

/** A row as it stands; `count` undefined: it is there and cannot be. */
export interface Known<K, C> {
  key: K;
  count: C | undefined;
}

/** So many in a statement. */
const atOnce = 5_000;

/** Rows of cells and rescues, by their keys alone: what it costs does not grow with the tables. */
export const cellRepository = {
  async find(tx: ProjectTx, keys: readonly CellKey[]): Promise<Known<CellKey, CellCount>[]> {
    const { rows } = await sql<CellKey>`
      select cell.origin, cell.epoch, cell.level, cell.key, cell.model, cell.n, cell.solved, cell.cost, cell.time
      from ${cellKeys(keys)} as wanted cross join lateral (
        select * from portfolio_cell where project_id = ${tx.projectId} and origin = wanted.origin
          and epoch = wanted.epoch and level = wanted.level and key = wanted.key and model = wanted.model offset 0
      ) as cell`.execute(tx.sql);
    return rows.map((row) => ({ key: row, count: cellOf(row) }));
  },

  async put(tx: ProjectTx, cells: readonly CellCount[]): Promise<void> {
    for (const some of pieces(cells)) {
      const column = <K extends keyof CellCount>(name: K) => some.map((cell) => cell[name]);
      await sql`
        insert into portfolio_cell (project_id, origin, epoch, level, key, model, n, solved, cost, time)
        select ${tx.projectId}::uuid, cell.* from unnest(
          ${column('origin')}::text[], ${column('epoch')}::integer[], ${column('level')}::text[], ${column('key')}::text[],
          ${column('model')}::text[], ${column('n')}::float8[], ${column('solved')}::float8[],
          ${some.map(({ cost }) => amountsJson(cost))}::json[], ${some.map(({ time }) => amountsJson(time))}::json[]
        ) as cell
        on conflict (project_id, origin, epoch, level, key, model) do update set
          n = excluded.n, solved = excluded.solved, cost = excluded.cost, time = excluded.time`.execute(tx.sql);
    }
  },

  async remove(tx: ProjectTx, keys: readonly CellKey[]): Promise<void> {
    if (keys.length === 0) return;
    await sql`
      delete from portfolio_cell cell using ${cellKeys(keys)} as gone
      where cell.project_id = ${tx.projectId} and cell.origin = gone.origin and cell.epoch = gone.epoch
        and cell.level = gone.level and cell.key = gone.key and cell.model = gone.model`.execute(tx.sql);
  },

  async findRescues(tx: ProjectTx, keys: readonly RescueKey[]): Promise<Known<RescueKey, RescueCount>[]> {
    const { rows } = await sql<{ failed: string; failed_second: string; model: string }>`
      select rescue.failed, rescue.failed_second, rescue.model, rescue.n, rescue.solved, rescue.cost_n, rescue.cost_sum
      from ${rescueKeys(keys)} as wanted cross join lateral (
        select * from portfolio_rescue where project_id = ${tx.projectId} and failed = wanted.failed
          and failed_second = wanted.failed_second and model = wanted.model offset 0
      ) as rescue`.execute(tx.sql);
    return rows.map((row) => ({
      key: { failed: row.failed_second ? [row.failed, row.failed_second] : [row.failed], model: row.model },
      count: rescueOf(row),
    }));
  },

  async putRescues(tx: ProjectTx, rescues: readonly RescueCount[]): Promise<void> {
    for (const some of pieces(rescues)) {
      const column = (name: 'n' | 'solved' | 'costN' | 'costSum') => some.map((rescue) => rescue[name]);
      await sql`
        insert into portfolio_rescue (project_id, failed, failed_second, model, n, solved, cost_n, cost_sum)
        select ${tx.projectId}::uuid, rescue.* from unnest(
          ${some.map(({ failed }) => failed[0])}::text[], ${some.map(({ failed }) => failed[1] ?? '')}::text[],
          ${some.map(({ model }) => model)}::text[], ${column('n')}::float8[], ${column('solved')}::float8[],
          ${column('costN')}::float8[], ${column('costSum')}::float8[]
        ) as rescue
        on conflict (project_id, failed, failed_second, model) do update set
          n = excluded.n, solved = excluded.solved, cost_n = excluded.cost_n, cost_sum = excluded.cost_sum`.execute(
        tx.sql,
      );
    }
  },

  async removeRescues(tx: ProjectTx, keys: readonly RescueKey[]): Promise<void> {
    if (keys.length === 0) return;
    await sql`
      delete from portfolio_rescue rescue using ${rescueKeys(keys)} as gone
      where rescue.project_id = ${tx.projectId} and rescue.failed = gone.failed
        and rescue.failed_second = gone.failed_second and rescue.model = gone.model`.execute(tx.sql);
  },

  /** All of a project's, for those that replace them in the same transaction. */
  async clear({ sql: trx, projectId }: ProjectTx): Promise<void> {
    await trx.deleteFrom('portfolio_cell').where('project_id', '=', projectId).execute();
    await trx.deleteFrom('portfolio_rescue').where('project_id', '=', projectId).execute();
  },

  /** Models that anything has been counted of. */
  async models({ sql: trx, projectId }: ProjectTx): Promise<string[]> {
    const rows = await trx
      .selectFrom('portfolio_cell')
      .select('model')
      .distinct()
      .where('project_id', '=', projectId)
      .where('level', '=', 'global')
      .execute();
    return rows.map(({ model }) => model);
  },
};

const cellKeys = (keys: readonly CellKey[]) => {
  const column = <K extends keyof CellKey>(name: K) => keys.map((key) => key[name]);
  return sql`(select * from unnest(
    ${column('origin')}::text[], ${column('epoch')}::integer[], ${column('level')}::text[], ${column('key')}::text[],
    ${column('model')}::text[]
  ) as key (origin, epoch, level, key, model))`;
};

const rescueKeys = (keys: readonly RescueKey[]) => sql`(select * from unnest(
  ${keys.map(({ failed }) => failed[0])}::text[], ${keys.map(({ failed }) => failed[1] ?? '')}::text[],
  ${keys.map(({ model }) => model)}::text[]
) as key (failed, failed_second, model))`;

function* pieces<T>(rows: readonly T[]): Generator<readonly T[]> {
  for (let from = 0; from < rows.length; from += atOnce) yield rows.slice(from, from + atOnce);
}
