import { sql, type Kysely } from 'kysely';

/**
 * What a sticky split served first to each unit. Units may be longer than a key of an index may be, and nobody reads them
 * back: their hash is enough.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table flag_assignment (
      project_id uuid not null references project,
      flag text collate "C" not null,
      attribute text collate "C" not null,
      unit_hash bytea not null,
      variant text collate "C" not null,
      assigned_at timestamptz not null,
      primary key (project_id, flag, attribute, unit_hash)
    )`.execute(db);
  await sql`create index flag_assignment_by_age on flag_assignment (assigned_at)`.execute(db);
  await sql`alter table flag_assignment enable row level security`.execute(db);
  await sql`
    create policy same_project on flag_assignment
      using (project_id = nullif(current_setting('whetstone.project_id', true), '')::uuid)`.execute(db);
  await sql`grant select, insert, update on flag_assignment to whetstone_app`.execute(db);
}
