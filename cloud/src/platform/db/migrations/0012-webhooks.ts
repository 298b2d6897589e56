import { sql, type Kysely } from 'kysely';

/**
 * Webhooks of a project, and what is sent to them. The secret must be readable, since each delivery is signed with it. A
 * delivery keeps the bytes that are signed until they have arrived, so that every attempt sends the same.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table webhook (
      id uuid primary key,
      project_id uuid not null references project,
      url text not null,
      events json not null,
      description text,
      enabled boolean not null default true,
      disabled_reason text,
      secret text not null,
      failures_in_row integer not null default 0,
      silent_in_row integer not null default 0,
      resting_until timestamptz,
      last_at timestamptz,
      last_status integer,
      last_problem text,
      created_at timestamptz not null
    )`.execute(db);
  await sql`create index webhook_of_project on webhook (project_id, id)`.execute(db);

  await sql`
    create table webhook_delivery (
      id uuid primary key,
      project_id uuid not null references project,
      webhook_id uuid not null references webhook on delete cascade,
      event text not null,
      body text,
      state text not null default 'waiting',
      attempts integer not null default 0,
      next_at timestamptz not null,
      status integer,
      problem text,
      created_at timestamptz not null,
      delivered_at timestamptz
    )`.execute(db);
  await sql`create index webhook_delivery_newest on webhook_delivery (webhook_id, id)`.execute(db);
  await sql`create index webhook_delivery_oldest on webhook_delivery (project_id, created_at)`.execute(db);
  await sql`create index webhook_delivery_waiting on webhook_delivery (next_at) where state = 'waiting'`.execute(db);

  for (const table of ['webhook', 'webhook_delivery']) {
    await sql`alter table ${sql.table(table)} enable row level security`.execute(db);
    await sql`
      create policy same_project on ${sql.table(table)}
        using (project_id = nullif(current_setting('whetstone.project_id', true), '')::uuid)`.execute(db);
    await sql`grant select, insert, update, delete on ${sql.table(table)} to whetstone_app`.execute(db);
  }
}
