import { sql, type RawBuilder } from 'kysely';
import type { Tx } from '../db/database.ts';
import type { Collection, StoredVector } from './vectors.ts';

/** For the transaction: servers start at the same time, and `if not exists` looks before it makes. */
const making = 3_607_114_208;

export const vectorRepository = {
  async hasExtension({ sql: trx }: Tx): Promise<boolean> {
    const { rows } = await sql`select from pg_available_extensions where name = 'vector'`.execute(trx);
    return rows.length > 0;
  },

  /**
   * Not by a migration: the schema is for databases without pgvector, too. Rows without a project are the public corpus, as in the
   * tables of knowledge.
   *
   * There is one column for vectors of all numbers of dimensions, and no HNSW index on it, which would need a number, and one index
   * each. A question looks at all vectors of one version, mostly fewer than 5,000, and finds the nearest exactly: of 5,000 with 1,536
   * numbers in 40 ms of the embedded engine's time, of 30,000 in 420. While an index of these is built, it answers nobody.
   */
  async make({ sql: trx }: Tx): Promise<void> {
    await sql`select pg_advisory_xact_lock(${making}::bigint)`.execute(trx);
    await sql`create extension if not exists vector`.execute(trx);
    const { rows } = await sql<{ isThere: boolean }>`
      select to_regclass('public.knowledge_vector') is not null as "isThere"`.execute(trx);
    if (rows[0]?.isThere) return;
    await sql`
      create table knowledge_vector (
        project_id uuid references project,
        collection_id uuid not null,
        space text collate "C" not null,
        id text collate "C" not null,
        embedding vector not null
      )`.execute(trx);
    // In the row where it fits the page: a question reads all of them.
    await sql`alter table knowledge_vector alter column embedding set storage main`.execute(trx);
    await sql`
      create unique index knowledge_vector_id on knowledge_vector (collection_id, space, project_id, id) nulls not distinct
    `.execute(trx);
    await sql`alter table knowledge_vector enable row level security`.execute(trx);
    await sql`create policy read_public on knowledge_vector for select using (project_id is null)`.execute(trx);
    await sql`
      create policy same_project on knowledge_vector
        using (project_id = nullif(current_setting('whetstone.project_id', true), '')::uuid)`.execute(trx);
    await sql`grant select, insert, update, delete on knowledge_vector to whetstone_app`.execute(trx);
  },

  async upsert(
    { sql: trx }: Tx,
    { projectId, id, space }: Collection,
    vectors: readonly StoredVector[],
  ): Promise<void> {
    const rows = vectors.map(
      (one) => sql`(${projectId}::uuid, ${id}::uuid, ${space}, ${one.id}, ${binary(one.vector)})`,
    );
    await sql`
      insert into knowledge_vector (project_id, collection_id, space, id, embedding) values ${sql.join(rows)}
      on conflict (collection_id, space, project_id, id) do update set embedding = excluded.embedding`.execute(trx);
  },

  /** By the inner product, which is the cosine of vectors of length 1 and costs less. */
  async nearest({ sql: trx }: Tx, collection: Collection, vector: Float32Array, limit: number) {
    const asked = binary(vector);
    const { rows } = await sql<{ id: string; similarity: number }>`
      select id, -(embedding <#> ${asked}) as similarity from knowledge_vector where ${isOf(collection)}
      order by embedding <#> ${asked}, id limit ${limit}`.execute(trx);
    return rows;
  },

  remove: ({ sql: trx }: Tx, collection: Collection, ids: readonly string[]) =>
    sql`delete from knowledge_vector where ${isOf(collection)} and id = any(${[...ids]}::text[])`.execute(trx),

  drop: ({ sql: trx }: Tx, collection: Collection) =>
    sql`delete from knowledge_vector where ${isOf(collection)}`.execute(trx),
};

const isOf = ({ projectId, id, space }: Collection) => sql`
  collection_id = ${id}::uuid and space = ${space} and project_id is not distinct from ${projectId}::uuid`;

/** As pgvector's type is sent: a tenth of the time that it takes to write 1,536 numbers and read them again. */
function binary(vector: Float32Array): RawBuilder<unknown> {
  const bytes = Buffer.alloc(4 + vector.length * 4);
  bytes.writeUInt16BE(vector.length);
  for (const [at, value] of vector.entries()) bytes.writeFloatBE(value, 4 + at * 4);
  return sql`${bytes}::vector`;
}
