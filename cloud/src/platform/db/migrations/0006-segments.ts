import { sql, type Kysely } from 'kysely';

/**
 * Segments, and every version there ever was of one. A deleted segment is a last version whose action says so; one that is
 * made again under its key goes on counting, so that a version names one document for good.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table segment (
      project_id uuid not null references project,
      key text collate "C" not null,
      version integer not null,
      definition json not null,
      created_at timestamptz not null,
      updated_at timestamptz not null,
      primary key (project_id, key)
    )`.execute(db);

  await sql`
    create table segment_version (
      project_id uuid not null references project,
      key text collate "C" not null,
      version integer not null,
      sequence bigint not null,
      action text not null,
      actor_kind text not null,
      actor_id uuid,
      actor_name text not null,
      reason text,
      definition json not null,
      created_at timestamptz not null,
      updated_at timestamptz not null,
      deleted_at timestamptz,
      primary key (project_id, key, version)
    )`.execute(db);

  for (const table of ['segment', 'segment_version']) {
    await sql`alter table ${sql.table(table)} enable row level security`.execute(db);
    await sql`
      create policy same_project on ${sql.table(table)}
        using (project_id = nullif(current_setting('whetstone.project_id', true), '')::uuid)`.execute(db);
  }
  await sql`grant select, insert, update, delete on segment to whetstone_app`.execute(db);
  // What was is not changed any more.
  await sql`grant select, insert on segment_version to whetstone_app`.execute(db);
}
