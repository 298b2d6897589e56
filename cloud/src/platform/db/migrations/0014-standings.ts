import { sql, type Kysely } from 'kysely';

/**
 * What each counted run added to its subject's line on a leaderboard. `own` figures are of the run alone, `total_problems`
 * and `total_times` of it and all runs before it on the same version of the data set, so that any time range is the
 * difference of two rows. A line is the runs of a subject, of all problems (task type '') or of those of one type, in the
 * order of `seq`; `at` never falls along it. Rows outlive their runs.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table eval_standing (
      run_id uuid not null,
      task_type text not null,
      project_id uuid not null references project,
      dataset_id uuid not null references eval_dataset,
      subject_id uuid not null references eval_subject,
      seq integer not null,
      at timestamptz not null,
      revision integer not null default 0,
      build_id text not null,
      commit_id text,
      passed integer not null,
      failed integer not null,
      error integer not null,
      timeout integer not null,
      skipped integer not null,
      effective_n double precision not null,
      answered integer not null,
      unpriced integer not null,
      cost_usd double precision not null,
      change_points double precision,
      change_p double precision,
      own_problems bytea not null,
      own_times bytea not null,
      total_problems bytea not null,
      total_times bytea not null,
      primary key (run_id, task_type)
    )`.execute(db);
  await sql`
    create index eval_standing_line on eval_standing (project_id, dataset_id, task_type, subject_id, at, seq)`.execute(
    db,
  );

  await sql`
    create table published_result (
      id uuid primary key,
      project_id uuid not null references project,
      source text not null,
      source_url text,
      licence text,
      dataset text not null,
      model text not null,
      metric text not null,
      rate double precision not null,
      n integer,
      cost_usd double precision,
      date text,
      recomputed_rate double precision,
      imported_at timestamptz not null
    )`.execute(db);
  await sql`create index published_result_of_dataset on published_result (project_id, dataset, rate)`.execute(db);

  for (const table of ['eval_standing', 'published_result']) {
    await sql`alter table ${sql.table(table)} enable row level security`.execute(db);
    await sql`
      create policy same_project on ${sql.table(table)}
        using (project_id = nullif(current_setting('whetstone.project_id', true), '')::uuid)`.execute(db);
    await sql`grant select, insert, update, delete on ${sql.table(table)} to whetstone_app`.execute(db);
  }
}
