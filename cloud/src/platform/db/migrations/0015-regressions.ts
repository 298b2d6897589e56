import { sql, type Kysely } from 'kysely';

const tables = ['eval_run_check', 'eval_regression', 'eval_regression_entry', 'eval_settings'];

/**
 * Regressions of evals: at most one for each run, whatever is delivered twice. Who did what to one stands in
 * `eval_regression_entry`, to which rows are only added. `rollback_claimed_at` is set before a flag is touched, so that after
 * a crash it is known that it may have been.
 *
 * `eval_run.started_role` is the role of the key that started a run; null where the product did, or what an editor wrote.
 *
 * `eval_run_check` says what the first look at a run found; gates of rollout plans wait for it.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table eval_regression (
      id uuid primary key,
      project_id uuid not null references project,
      dataset_id uuid not null references eval_dataset,
      subject_id uuid not null references eval_subject,
      found text not null,
      state text not null,
      severity text,
      reason text,
      before_run_id uuid not null references eval_run on delete cascade,
      after_run_id uuid not null references eval_run on delete cascade,
      before_rerun_id uuid,
      after_rerun_id uuid,
      suspicion json not null,
      evidence json,
      flag_key text,
      flag_variant text,
      rollback_claimed_at timestamptz,
      rollback json,
      acknowledged json,
      muted_until timestamptz,
      assignee text,
      created_at timestamptz not null,
      updated_at timestamptz not null,
      unique (project_id, after_run_id)
    )`.execute(db);
  await sql`create index eval_regression_newest on eval_regression (project_id, id)`.execute(db);
  await sql`create index eval_regression_of_subject on eval_regression (project_id, dataset_id, subject_id, id)`.execute(
    db,
  );
  await sql`create index eval_regression_before on eval_regression (before_run_id)`.execute(db);

  await sql`
    create table eval_regression_entry (
      id bigint generated always as identity primary key,
      regression_id uuid not null references eval_regression on delete cascade,
      project_id uuid not null references project,
      at timestamptz not null,
      by text not null,
      what text not null
    )`.execute(db);
  await sql`create index eval_regression_entry_in_order on eval_regression_entry (regression_id, id)`.execute(db);

  await sql`alter table eval_run add column started_role text`.execute(db);

  await sql`
    create table eval_run_check (
      run_id uuid primary key references eval_run on delete cascade,
      project_id uuid not null references project,
      baseline_run_id uuid,
      drop_points double precision,
      p double precision,
      checked_at timestamptz not null
    )`.execute(db);

  await sql`
    create table eval_settings (
      project_id uuid primary key references project,
      settings json not null,
      updated_at timestamptz not null
    )`.execute(db);

  for (const table of tables) {
    await sql`alter table ${sql.table(table)} enable row level security`.execute(db);
    await sql`
      create policy same_project on ${sql.table(table)}
        using (project_id = nullif(current_setting('whetstone.project_id', true), '')::uuid)`.execute(db);
    await sql`grant select, insert, update, delete on ${sql.table(table)} to whetstone_app`.execute(db);
  }
}
