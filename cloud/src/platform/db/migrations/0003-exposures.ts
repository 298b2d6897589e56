import { sql, type Kysely } from 'kysely';

/**
 * What clients say they were served. A request leaves one row in `exposure_batch` and one per entry in `exposure`; the
 * roll-up counts whole batches, so that the mark "counted" is written once for a request and not once for an entry.
 *
 * `exposure` has no foreign keys: they would be looked up for every entry, and its batch, which has one, was inserted by
 * the same statement. Version 0 stands for "not said", since a key column cannot be null. A unit may be longer than a key
 * of an index may be, so that its hash is the key.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table exposure_batch (
      id uuid primary key,
      project_id uuid not null references project,
      received_at timestamptz not null,
      entries integer not null,
      rolled_up_at timestamptz
    )`.execute(db);
  await sql`
    create index exposure_batch_pending on exposure_batch (project_id, received_at, id)
      where rolled_up_at is null`.execute(db);
  await sql`create index exposure_batch_received on exposure_batch (project_id, received_at, id)`.execute(db);

  await sql`
    create table exposure (
      batch_id uuid not null,
      position smallint not null,
      project_id uuid not null,
      flag_version integer not null,
      count integer not null,
      first_at timestamptz not null,
      last_at timestamptz not null,
      flag text collate "C" not null,
      variant text collate "C" not null,
      reason text,
      rule_id text,
      unit text,
      user_id text,
      repo_id text,
      task_id text,
      task_type text,
      agent text,
      model text,
      primary key (batch_id, position)
    )`.execute(db);

  await sql`
    create table exposure_hour (
      project_id uuid not null references project,
      flag text collate "C" not null,
      hour timestamptz not null,
      variant text collate "C" not null,
      flag_version integer not null,
      exposures bigint not null,
      first_at timestamptz not null,
      last_at timestamptz not null,
      primary key (project_id, flag, hour, variant, flag_version)
    )`.execute(db);

  await sql`
    create table exposure_unit (
      project_id uuid not null references project,
      flag text collate "C" not null,
      variant text collate "C" not null,
      flag_version integer not null,
      unit_hash bytea not null,
      unit text not null,
      first_at timestamptz not null,
      last_at timestamptz not null,
      primary key (project_id, flag, variant, flag_version, unit_hash)
    )`.execute(db);

  for (const table of ['exposure_batch', 'exposure', 'exposure_hour', 'exposure_unit']) {
    await sql`alter table ${sql.table(table)} enable row level security`.execute(db);
    await sql`
      create policy same_project on ${sql.table(table)}
        using (project_id = nullif(current_setting('whetstone.project_id', true), '')::uuid)`.execute(db);
  }
  await sql`grant select, insert, delete on exposure_batch, exposure to whetstone_app`.execute(db);
  await sql`grant update (rolled_up_at) on exposure_batch to whetstone_app`.execute(db);
  await sql`grant select, insert, update on exposure_hour to whetstone_app`.execute(db);
  await sql`grant select, insert, update, delete on exposure_unit to whetstone_app`.execute(db);
}
