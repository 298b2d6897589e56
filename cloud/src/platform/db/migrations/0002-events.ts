import { sql, type Kysely } from 'kysely';

/**
 * The log of what happened in each project. Its sequence is a column of the project's row and not a serial: the lock on
 * that row makes it follow commit order, and a rollback leaves no hole. Sequences go on from where the revisions stood,
 * since clients hold those as ETags; nothing before can be replayed.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table project
      add column event_sequence bigint not null default 0,
      alter column key_revision type bigint,
      alter column flag_revision type bigint`.execute(db);
  await sql`update project set event_sequence = greatest(key_revision, flag_revision)`.execute(db);

  await sql`
    create table event (
      project_id uuid not null references project,
      sequence bigint not null,
      topic text not null,
      data json not null,
      created_at timestamptz not null,
      primary key (project_id, sequence)
    )`.execute(db);
  await sql`alter table event enable row level security`.execute(db);
  await sql`
    create policy same_project on event
      using (project_id = nullif(current_setting('whetstone.project_id', true), '')::uuid)`.execute(db);

  await sql`grant update (event_sequence) on project to whetstone_app`.execute(db);
  // What happened is not changed any more; retention runs as the owner.
  await sql`grant select, insert on event to whetstone_app`.execute(db);
}
