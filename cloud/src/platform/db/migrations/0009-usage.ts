import { sql, type Kysely } from 'kysely';

/**
 * When each flag was last evaluated, kept by the roll-up of exposures and by the servers that answer evaluations: lists of
 * flags show it, and counts by hour, which it could be read from, are many, go after some time and know exposures alone.
 * Flags by name, as in the counts: clients also report such as were never made here.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table flag_last_evaluation (
      project_id uuid not null references project,
      flag text collate "C" not null,
      last_at timestamptz not null,
      primary key (project_id, flag)
    )`.execute(db);
  await sql`
    insert into flag_last_evaluation (project_id, flag, last_at)
      select project_id, flag, max(last_at) from exposure_hour group by project_id, flag`.execute(db);

  await sql`alter table flag_last_evaluation enable row level security`.execute(db);
  await sql`
    create policy same_project on flag_last_evaluation
      using (project_id = nullif(current_setting('whetstone.project_id', true), '')::uuid)`.execute(db);
  await sql`grant select, insert, update, delete on flag_last_evaluation to whetstone_app`.execute(db);
  // Counts are no longer kept for ever.
  await sql`grant delete on exposure_hour to whetstone_app`.execute(db);
}
