import { sql, type Kysely } from 'kysely';

const tables = ['eval_dataset', 'eval_subject', 'eval_run', 'eval_shard', 'eval_answer', 'eval_result', 'eval_event'];

/**
 * Runs of evals. A run names a version of a data set (its bytes by their hash, its problems in their order) and a subject,
 * and is cut into shards, each a part of the plan that one message works through. Problems are named by their place in the
 * data set's list, so that a million results are small and per-problem sums are arrays.
 *
 * `eval_event` is what live connections are sent, in the order of `seq` without holes; the row of the run holds the last one
 * given out, so that events of one run follow commits.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table eval_dataset (
      id uuid primary key,
      project_id uuid not null references project,
      name text not null,
      sha256 text not null,
      problem_ids json not null,
      problem_count integer not null,
      clusters json,
      task_types json not null,
      created_at timestamptz not null,
      unique (project_id, name, sha256)
    )`.execute(db);

  await sql`
    create table eval_subject (
      id uuid primary key,
      project_id uuid not null references project,
      key text not null,
      kind text not null,
      label text not null,
      created_at timestamptz not null,
      unique (project_id, key)
    )`.execute(db);

  await sql`
    create table eval_run (
      id uuid primary key,
      project_id uuid not null references project,
      dataset_id uuid not null references eval_dataset,
      subject_id uuid not null references eval_subject,
      build_id text not null,
      status text not null,
      purpose text not null,
      parent_id uuid,
      schedule_id uuid,
      request json not null,
      subject_manifest json,
      commit_id text,
      flag_key text,
      flag_variant text,
      tags json not null,
      is_whole boolean not null,
      problem_count integer not null,
      samples_per_problem integer not null,
      sample_count integer not null,
      open_shards integer not null,
      lanes integer not null default 1,
      passed integer not null default 0,
      failed integer not null default 0,
      error integer not null default 0,
      timeout integer not null default 0,
      skipped integer not null default 0,
      budget_usd double precision,
      worst_case_usd double precision,
      paid_usd double precision not null default 0,
      reserved_usd double precision not null default 0,
      is_spent boolean not null default false,
      event_seq integer not null default 0,
      manifest json,
      manifest_hash text,
      summary json,
      failure text,
      started_by text not null,
      created_at timestamptz not null,
      started_at timestamptz,
      finished_at timestamptz
    )`.execute(db);
  await sql`create index eval_run_newest on eval_run (project_id, id)`.execute(db);
  await sql`create index eval_run_of_subject on eval_run (project_id, dataset_id, subject_id, finished_at)`.execute(db);
  // Of few rows, however many have ended.
  await sql`create index eval_run_open on eval_run (project_id) where status in ('queued', 'running')`.execute(db);
  await sql`create index eval_run_of_parent on eval_run (parent_id) where parent_id is not null`.execute(db);

  await sql`
    create table eval_shard (
      run_id uuid not null references eval_run on delete cascade,
      shard integer not null,
      project_id uuid not null references project,
      first_sample integer not null,
      sample_count integer not null,
      samples json not null,
      is_sent boolean not null default false,
      is_done boolean not null default false,
      errors_retried boolean not null default false,
      lease_owner uuid,
      lease_until timestamptz,
      reserved_usd double precision not null default 0,
      primary key (run_id, shard)
    )`.execute(db);

  await sql`
    create table eval_answer (
      run_id uuid not null references eval_run on delete cascade,
      problem integer not null,
      sample integer not null,
      project_id uuid not null references project,
      kind text not null,
      text text not null,
      usage json not null,
      cost_usd double precision,
      solve_ms double precision not null,
      sha256 text not null,
      reused boolean not null default false,
      transcript json,
      primary key (run_id, problem, sample)
    )`.execute(db);

  await sql`
    create table eval_result (
      run_id uuid not null references eval_run on delete cascade,
      problem integer not null,
      sample integer not null,
      project_id uuid not null references project,
      status text not null,
      detail text,
      time_ms double precision not null,
      grade_ms double precision,
      cost_usd double precision,
      input_tokens integer,
      output_tokens integer,
      answer_sha256 text,
      weaker boolean not null default false,
      reused boolean not null default false,
      primary key (run_id, problem, sample)
    )`.execute(db);

  await sql`
    create table eval_event (
      run_id uuid not null references eval_run on delete cascade,
      seq integer not null,
      project_id uuid not null references project,
      type text not null,
      data json not null,
      created_at timestamptz not null,
      primary key (run_id, seq)
    )`.execute(db);

  for (const table of tables) {
    await sql`alter table ${sql.table(table)} enable row level security`.execute(db);
    await sql`
      create policy same_project on ${sql.table(table)}
        using (project_id = nullif(current_setting('whetstone.project_id', true), '')::uuid)`.execute(db);
    await sql`grant select, insert, update, delete on ${sql.table(table)} to whetstone_app`.execute(db);
  }
}
