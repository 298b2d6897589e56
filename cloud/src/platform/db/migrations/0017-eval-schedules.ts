import { sql, type Kysely } from 'kysely';

const tables = ['eval_schedule', 'eval_task_set'];

/**
 * Schedules of runs, and the tasks that a project registered: each version of a data set by its hash, its files in one
 * document, since they are always read together.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table eval_schedule (
      id uuid primary key,
      project_id uuid not null references project,
      name text not null,
      cron text not null,
      time_zone text not null,
      run json not null,
      enabled boolean not null,
      generation integer not null,
      next_at timestamptz,
      last_run_id uuid,
      last_problem text,
      created_at timestamptz not null,
      updated_at timestamptz not null
    )`.execute(db);
  await sql`create index eval_schedule_newest on eval_schedule (project_id, id)`.execute(db);
  await sql`create index eval_run_of_schedule on eval_run (schedule_id) where schedule_id is not null`.execute(db);

  await sql`
    create table eval_task_set (
      project_id uuid not null references project,
      name text not null,
      sha256 text not null,
      files_sha256 text not null,
      task_count integer not null,
      bytes integer not null,
      tasks json not null,
      is_current boolean not null,
      created_at timestamptz not null,
      primary key (project_id, name, sha256)
    )`.execute(db);
  await sql`create unique index eval_task_set_current on eval_task_set (project_id, name) where is_current`.execute(db);

  for (const table of tables) {
    await sql`alter table ${sql.table(table)} enable row level security`.execute(db);
    await sql`
      create policy same_project on ${sql.table(table)}
        using (project_id = nullif(current_setting('whetstone.project_id', true), '')::uuid)`.execute(db);
    await sql`grant select, insert, update, delete on ${sql.table(table)} to whetstone_app`.execute(db);
  }
}
