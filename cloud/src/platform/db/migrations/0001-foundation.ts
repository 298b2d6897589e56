import { sql, type Kysely } from 'kysely';

/**
 * Organisation -> project -> everything. Tenants are kept apart twice: by the scope every repository takes, and here by
 * row-level security for `whetstone_app`, the role each request's transaction switches to. It owns nothing, so that no
 * policy can pass it by. A policy compares with a setting that is null unless the transaction set it: unset means no rows.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  // Roles belong to the cluster: another database's migration may make this one at the same moment.
  await sql`
    do $$ begin
      create role whetstone_app nologin;
    exception when duplicate_object or unique_violation then null;
    end $$`.execute(db);
  await sql`grant whetstone_app to current_user`.execute(db);

  await sql`
    create table organisation (
      id uuid primary key,
      name text not null,
      created_at timestamptz not null
    )`.execute(db);

  await sql`
    create table project (
      id uuid primary key,
      organisation_id uuid not null references organisation,
      name text not null,
      key_revision integer not null default 0,
      flag_revision integer not null default 0,
      created_at timestamptz not null,
      unique (organisation_id, name)
    )`.execute(db);

  await sql`
    create table api_key (
      id uuid primary key,
      project_id uuid not null references project,
      selector text not null unique,
      secret_hash bytea not null,
      name text not null,
      role text not null,
      created_at timestamptz not null,
      last_used_at timestamptz,
      expires_at timestamptz,
      revoked_at timestamptz,
      replaced_by uuid
    )`.execute(db);
  await sql`create index api_key_of_project on api_key (project_id, id)`.execute(db);

  await sql`
    create table flag (
      project_id uuid not null references project,
      key text collate "C" not null,
      version integer not null,
      definition json not null,
      created_at timestamptz not null,
      updated_at timestamptz not null,
      archived_at timestamptz,
      primary key (project_id, key)
    )`.execute(db);

  await sql`
    create table idempotency_key (
      project_id uuid not null references project,
      key text not null,
      operation text not null,
      request_hash text not null,
      response text,
      created_at timestamptz not null,
      primary key (project_id, key)
    )`.execute(db);

  for (const table of ['api_key', 'flag', 'idempotency_key']) {
    await sql`alter table ${sql.table(table)} enable row level security`.execute(db);
    await sql`
      create policy same_project on ${sql.table(table)}
        using (project_id = nullif(current_setting('whetstone.project_id', true), '')::uuid)`.execute(db);
  }
  await sql`alter table project enable row level security`.execute(db);
  await sql`
    create policy same_project on project
      using (id = nullif(current_setting('whetstone.project_id', true), '')::uuid)`.execute(db);
  await sql`alter table organisation enable row level security`.execute(db);
  await sql`create policy nobody on organisation using (false)`.execute(db);

  await sql`grant usage on schema public to whetstone_app`.execute(db);
  await sql`grant select on project to whetstone_app`.execute(db);
  await sql`grant update (key_revision, flag_revision) on project to whetstone_app`.execute(db);
  await sql`grant select, insert, update on api_key, flag, idempotency_key to whetstone_app`.execute(db);
}
