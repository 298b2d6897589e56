import { sql, type Kysely } from 'kysely';

/**
 * Messages of a queue that others deliver: kept here first, so that they are sent exactly when a transaction commits, and
 * stay sent whatever dies. In a schema of its own, in which `whetstone_app` has no rights; the one thing that a tenant's
 * transaction may do is send a message for its own project, through a function that runs as the owner.
 *
 * `publish_after` is when the message is handed out next: again and again until a run of it has ended.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create schema whetstone_queue`.execute(db);
  await sql`
    create table whetstone_queue.message (
      id uuid primary key,
      name text not null,
      project_id uuid,
      input jsonb not null,
      once_key text,
      state text not null default 'queued',
      attempts integer not null default 0,
      retry_limit integer not null,
      retry_delay_s double precision not null,
      retry_doubles boolean not null,
      start_after timestamptz not null,
      created_at timestamptz not null default now(),
      started_at timestamptz,
      finished_at timestamptz,
      lease_until timestamptz,
      last_error text,
      publish_after timestamptz not null,
      published_at timestamptz,
      publications integer not null default 0,
      dlq_id text
    )`.execute(db);
  await sql`
    create unique index message_once on whetstone_queue.message (name, coalesce(project_id::text, ''), once_key)
      where once_key is not null`.execute(db);
  await sql`create index message_of_project on whetstone_queue.message (project_id, id)`.execute(db);
  await sql`
    create index message_to_publish on whetstone_queue.message (publish_after)
      where state in ('queued', 'retrying')`.execute(db);
  await sql`create index message_running on whetstone_queue.message (lease_until) where state = 'running'`.execute(db);

  await sql`
    create table whetstone_queue.schedule (
      name text primary key,
      cron text not null,
      time_zone text not null,
      created_at timestamptz not null default now()
    )`.execute(db);

  await sql`
    create function send_message(
      message_id uuid, job_name text, project uuid, message_input jsonb, key text, starts_at timestamptz,
      publish_at timestamptz, retries integer, delay_s double precision, doubles boolean
    ) returns uuid
    language plpgsql security definer set search_path = pg_catalog, pg_temp
    as $$
    declare
      tenant text := nullif(current_setting('whetstone.project_id', true), '');
      known uuid;
    begin
      if tenant is not null and project::text is distinct from tenant then
        raise exception 'a project sends messages for itself alone' using errcode = '42501';
      end if;

      insert into whetstone_queue.message (
        id, name, project_id, input, once_key, start_after, publish_after, retry_limit, retry_delay_s, retry_doubles
      ) values (
        message_id, job_name, project, message_input, key,
        -- Long ago rather than now, so that a clock that is set back holds nothing up.
        coalesce(starts_at, timestamptz 'epoch'), coalesce(publish_at, timestamptz 'epoch'), retries, delay_s, doubles
      ) on conflict do nothing;
      if found then
        return message_id;
      end if;

      select id into known from whetstone_queue.message
        where name = job_name and once_key = key and coalesce(project_id::text, '') = coalesce(project::text, '');
      return known;
    end $$`.execute(db);
  await sql`revoke all on function send_message from public`.execute(db);
  await sql`grant execute on function send_message to whetstone_app`.execute(db);
}
