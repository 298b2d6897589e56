import type { PublishedResult } from '@whetstone/shared/contract';
import { sql } from 'kysely';
import type { ProjectTx } from '../../../../platform/db/database.ts';

type Source = PublishedResult['source'];

export interface PublishedInsert extends Omit<PublishedResult, 'importedAt'> {}

export const publishedRepository = {
  /** The list of each field, in one statement. */
  async insert(tx: ProjectTx, rows: readonly PublishedInsert[]): Promise<void> {
    const column = (name: keyof PublishedInsert) => rows.map((row) => row[name]);
    await sql`
      insert into published_result (id, project_id, source, source_url, licence, dataset, model, metric, rate, n, cost_usd,
        date, recomputed_rate, imported_at)
      select id, ${tx.projectId}::uuid, source, source_url, licence, dataset, model, metric, rate, n, cost_usd, date,
        recomputed_rate, ${tx.now}::timestamptz
      from unnest(
        ${column('id')}::uuid[], ${column('source')}::text[], ${column('sourceUrl')}::text[], ${column('licence')}::text[],
        ${column('dataset')}::text[], ${column('model')}::text[], ${column('metric')}::text[],
        ${column('rate')}::double precision[], ${column('n')}::integer[], ${column('costUsd')}::double precision[],
        ${column('date')}::text[], ${column('recomputedRate')}::double precision[]
      ) as entry (id, source, source_url, licence, dataset, model, metric, rate, n, cost_usd, date, recomputed_rate)`.execute(
      tx.sql,
    );
  },

  /** Of all data sets of the source where none are named. */
  async remove(tx: ProjectTx, source: Source, datasets: readonly string[] | undefined): Promise<number> {
    const { numDeletedRows } = await tx.sql
      .deleteFrom('published_result')
      .where('project_id', '=', tx.projectId)
      .where('source', '=', source)
      .$if(datasets !== undefined, (query) => query.where('dataset', 'in', [...datasets!]))
      .executeTakeFirst();
    return Number(numDeletedRows);
  },

  async list(
    tx: ProjectTx,
    { dataset, limit, after }: { dataset: string | undefined; limit: number; after: string | undefined },
  ): Promise<PublishedResult[]> {
    const rows = await tx.sql
      .selectFrom('published_result')
      .select(columns)
      .where('project_id', '=', tx.projectId)
      .$if(dataset !== undefined, (query) => query.where('dataset', '=', dataset!))
      .$if(after !== undefined, (query) => query.where('id', '>', after!))
      .orderBy('id')
      .limit(limit)
      .execute();
    return rows.map(resultOf);
  },

  async best(tx: ProjectTx, dataset: string, atMost: number): Promise<PublishedResult[]> {
    const rows = await tx.sql
      .selectFrom('published_result')
      .select(columns)
      .where('project_id', '=', tx.projectId)
      .where('dataset', '=', dataset)
      .orderBy('rate', 'desc')
      .orderBy('id')
      .limit(atMost)
      .execute();
    return rows.map(resultOf);
  },

  /** Changes with every import and every deletion. */
  async stamp(tx: ProjectTx, dataset: string) {
    const { rows } = await sql<{ count: number; last: string | null }>`
      select count(*)::integer as count, max(id::text) as last from published_result
      where project_id = ${tx.projectId} and dataset = ${dataset}`.execute(tx.sql);
    return rows[0]!;
  },

  async sources(tx: ProjectTx): Promise<{ dataset: string; published: number }[]> {
    const { rows } = await sql<{ dataset: string; published: number }>`
      select dataset, count(*)::integer as published from published_result
      where project_id = ${tx.projectId} group by dataset`.execute(tx.sql);
    return rows;
  },
};

const columns = [
  'id',
  'source',
  'source_url as sourceUrl',
  'licence',
  'dataset',
  'model',
  'metric',
  'rate',
  'n',
  'cost_usd as costUsd',
  'date',
  'recomputed_rate as recomputedRate',
  'imported_at as importedAt',
] as const;

const resultOf = <Row extends { source: string; importedAt: Date }>(row: Row) => ({
  ...row,
  // Written by an import, which names no other.
  source: row.source as Source,
  importedAt: row.importedAt.toISOString(),
});
