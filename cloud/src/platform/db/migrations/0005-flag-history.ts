import { sql, type Kysely } from 'kysely';

/**
 * Every version a flag ever had, whole, so that what held at a time is read and not replayed. Rows are never changed. The
 * actor's name is kept as it was, since keys are renamed and go. `sequence` is the place of the change in the project's log
 * and thereby its place among the changes of other flags; the log itself is not kept for ever.
 *
 * Flags that were there before begin with the version they have: since when it held is known, what was before is not.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table flag_version (
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
      archived_at timestamptz,
      primary key (project_id, key, version)
    )`.execute(db);
  await sql`
    insert into flag_version
      select project_id, key, version, event_sequence, 'as_found', 'system', null, 'upgrade', null,
        definition, flag.created_at, updated_at, archived_at
      from flag join project on project.id = flag.project_id`.execute(db);

  await sql`alter table flag_version enable row level security`.execute(db);
  await sql`
    create policy same_project on flag_version
      using (project_id = nullif(current_setting('whetstone.project_id', true), '')::uuid)`.execute(db);
  await sql`grant select, insert on flag_version to whetstone_app`.execute(db);
}
