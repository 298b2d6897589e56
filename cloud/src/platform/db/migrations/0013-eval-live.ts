import { sql, type Kysely } from 'kysely';

const tables = ['eval_ticket', 'eval_submission'];

/**
 * Tickets for live events, by their hash so that whoever reads the table cannot use one; and what agents tell of their own
 * work, which the leaderboard reads by time.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table eval_ticket (
      ticket_hash bytea primary key,
      project_id uuid not null references project,
      run_id uuid not null references eval_run on delete cascade,
      selector text not null,
      expires_at timestamptz not null
    )`.execute(db);
  await sql`create index eval_ticket_by_end on eval_ticket (expires_at)`.execute(db);

  await sql`
    create table eval_submission (
      id uuid primary key,
      project_id uuid not null references project,
      at timestamptz not null,
      received_at timestamptz not null,
      task_id text,
      model text not null,
      problem text not null,
      task_type text,
      passed boolean not null,
      cost_usd double precision,
      time_ms double precision,
      commit_id text,
      user_id text,
      repo_id text,
      flags json,
      guidance_version text,
      code json
    )`.execute(db);
  await sql`create index eval_submission_by_time on eval_submission (project_id, at)`.execute(db);

  for (const table of tables) {
    await sql`alter table ${sql.table(table)} enable row level security`.execute(db);
    await sql`
      create policy same_project on ${sql.table(table)}
        using (project_id = nullif(current_setting('whetstone.project_id', true), '')::uuid)`.execute(db);
    await sql`grant select, insert, update, delete on ${sql.table(table)} to whetstone_app`.execute(db);
  }
}
