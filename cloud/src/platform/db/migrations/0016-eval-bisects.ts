import { sql, type Kysely } from 'kysely';

/** Bisects, and their steps in the order they were begun, each a run of evals. Runs may be forgotten before their bisect. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table eval_bisect (
      id uuid primary key,
      project_id uuid not null references project,
      status text not null,
      request json not null,
      candidates json not null,
      problems json,
      max_runs integer not null,
      resumed_after integer not null default 0,
      answer json,
      failure text,
      regression_id uuid,
      started_by text not null,
      created_at timestamptz not null,
      updated_at timestamptz not null
    )`.execute(db);
  await sql`create index eval_bisect_newest on eval_bisect (project_id, id)`.execute(db);

  await sql`
    create table eval_bisect_step (
      bisect_id uuid not null references eval_bisect on delete cascade,
      number integer not null,
      project_id uuid not null references project,
      phase text not null,
      candidate integer not null,
      run_id uuid not null unique,
      budget_usd double precision,
      verdict text,
      posterior json,
      primary key (bisect_id, number)
    )`.execute(db);

  for (const table of ['eval_bisect', 'eval_bisect_step']) {
    await sql`alter table ${sql.table(table)} enable row level security`.execute(db);
    await sql`
      create policy same_project on ${sql.table(table)}
        using (project_id = nullif(current_setting('whetstone.project_id', true), '')::uuid)`.execute(db);
    await sql`grant select, insert, update, delete on ${sql.table(table)} to whetstone_app`.execute(db);
  }
}
