import { sql, type Kysely } from 'kysely';

/**
 * The one thing of the queue that a tenant's transaction may do: send a message for its own project, so that effect and
 * message commit together. `whetstone_app` has no rights in the queue's schema; this runs as the owner of the tables. Its
 * body is resolved when it runs, since the engine makes its schema after the migrations.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function send_job(
      job_id uuid, job_name text, project text, input jsonb, once_key text, starts_at timestamptz,
      retries integer, delay_s integer, doubles boolean, lease interval
    ) returns uuid
    language plpgsql security definer set search_path = pg_catalog, pg_temp
    as $$
    declare
      tenant text := nullif(current_setting('whetstone.project_id', true), '');
      key text := coalesce(project, '') || ':' || once_key;
      known uuid;
    begin
      if tenant is not null and project is distinct from tenant then
        raise exception 'a project sends messages for itself alone' using errcode = '42501';
      end if;

      insert into pgboss.job (
        id, name, data, singleton_key, singleton_on, start_after,
        retry_limit, retry_delay, retry_backoff, expire_in
      ) values (
        job_id, job_name, jsonb_build_object('projectId', project, 'input', input), key,
        -- One slot for all time: the engine's own index then refuses a second job of the key.
        case when once_key is not null then timestamp 'epoch' end,
        -- Long ago rather than now, so that a clock that is set back holds nothing up.
        coalesce(starts_at, timestamptz 'epoch'),
        retries, delay_s, doubles, lease
      ) on conflict do nothing;
      if found then
        return job_id;
      end if;

      select id into known from pgboss.job
        where name = job_name and singleton_key = key and singleton_on = timestamp 'epoch';
      return known;
    end $$`.execute(db);
  await sql`revoke all on function send_job from public`.execute(db);
  await sql`grant execute on function send_job to whetstone_app`.execute(db);
}
