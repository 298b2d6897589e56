import { sql, type Kysely } from 'kysely';

const tables = [
  'outcome_pending',
  'portfolio_cell',
  'portfolio_rescue',
  'portfolio_state',
  'portfolio_settings',
  'portfolio_recommendation',
  'portfolio_told',
  'portfolio_trial',
  'portfolio_method',
];

/**
 * What outcomes teach about models.
 *
 * `portfolio_recommendation` gets thousands of recommendations a second, most of which give the same few answers: a row has
 * many of them, those that were written down together. `answers` are what they said and for which kinds of task, each once;
 * `entries` are lists of the recommendation's id, when it was made (milliseconds since 1970), the place of its answer, the task's
 * and the user's id, what an answer that was made to learn may cost above the usual one (US dollars), and the arm where the lot
 * of a trial chose the model. `from_at` and `to_at` are their times; the other columns add them up. Without a foreign key, which
 * would be a look at another row for each. `portfolio_told` has the ids of those that were made without the cloud, so that what
 * is told twice is kept once.
 *
 * `outcome_pending` names outcomes that no cell has counted yet; `was` is what was counted of one that has been corrected
 * since. Without a foreign key: it would cost each outcome a look at the row that was just written.
 *
 * `portfolio_cell` and `portfolio_rescue` are sums over outcomes and can be made again from them at any time.
 * `portfolio_state.version` goes up with every change of anything that a routing table is made of; its row is what writers
 * of cells lock. `epochs` lists per model since when it is another one. While `rebuild_until` lies ahead nobody else writes cells:
 * what is recorded meanwhile stays pending. `prices` are those that models were last seen with, `pooled_version` is what the pool
 * has of the project.
 *
 * `portfolio_pool` is what a project lets others see: no row of it is read but through `portfolio_pool_for_project`, which adds up
 * whole contributors and gives none away that stands alone. It asks the settings of both sides, so that who shares no longer is
 * out of it with the commit that says so.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table project add column portfolio_revision bigint not null default 0`.execute(db);
  await sql`grant update (portfolio_revision) on project to whetstone_app`.execute(db);

  await sql`alter table outcome add column corrected_at timestamptz`.execute(db);
  await sql`create index outcome_of_task on outcome (project_id, task_id) where task_id is not null`.execute(db);
  await sql`
    create index outcome_of_recommendation on outcome (project_id, recommendation_id)
      where recommendation_id is not null`.execute(db);
  await sql`grant update on outcome to whetstone_app`.execute(db);

  await sql`
    create table outcome_pending (
      outcome_id uuid primary key,
      project_id uuid not null references project,
      was json
    )`.execute(db);
  await sql`create index outcome_pending_of_project on outcome_pending (project_id, outcome_id)`.execute(db);

  await sql`
    create table portfolio_cell (
      project_id uuid not null references project,
      origin text not null,
      epoch integer not null,
      level text not null,
      key text collate "C" not null,
      model text collate "C" not null,
      n double precision not null,
      solved double precision not null,
      cost json not null,
      time json not null,
      primary key (project_id, origin, epoch, level, key, model)
    )`.execute(db);

  await sql`
    create table portfolio_rescue (
      project_id uuid not null references project,
      failed text collate "C" not null,
      failed_second text collate "C" not null default '',
      model text collate "C" not null,
      n double precision not null,
      solved double precision not null,
      cost_n double precision not null,
      cost_sum double precision not null,
      primary key (project_id, failed, failed_second, model)
    )`.execute(db);

  await sql`
    create table portfolio_state (
      project_id uuid primary key references project,
      version bigint not null default 0,
      data_at timestamptz,
      epochs json not null default '[]',
      drift json not null default '{}',
      rebuild_wanted_at timestamptz,
      rebuild_owner uuid,
      rebuild_until timestamptz,
      rebuilt_at timestamptz,
      prices json not null default '{}',
      pooled_version bigint
    )`.execute(db);

  await sql`
    create table portfolio_settings (
      project_id uuid primary key references project,
      version integer not null,
      settings json not null,
      pool text not null,
      updated_at timestamptz not null
    )`.execute(db);

  await sql`
    create table portfolio_recommendation (
      project_id uuid not null,
      id uuid not null,
      from_at timestamptz not null,
      to_at timestamptz not null,
      made integer not null,
      offline integer not null,
      explored integer not null,
      explored_usd double precision not null,
      drawn integer not null,
      answers json not null,
      entries json not null,
      primary key (project_id, id)
    )`.execute(db);
  await sql`create index portfolio_recommendation_to on portfolio_recommendation (project_id, to_at)`.execute(db);
  await sql`
    create index portfolio_recommendation_explored on portfolio_recommendation (project_id, to_at)
      where explored_usd > 0`.execute(db);
  await sql`
    create index portfolio_recommendation_drawn on portfolio_recommendation (project_id, to_at) where drawn > 0`.execute(
    db,
  );
  await sql`
    create table portfolio_told (
      project_id uuid not null,
      id uuid not null,
      at timestamptz not null,
      primary key (project_id, id)
    )`.execute(db);
  await sql`create index portfolio_told_at on portfolio_told (project_id, at)`.execute(db);

  await sql`
    create table portfolio_trial (
      id uuid primary key,
      project_id uuid not null references project,
      challenger text not null,
      incumbent text not null,
      started_at timestamptz not null,
      state json not null,
      verdict text not null,
      decided_at timestamptz
    )`.execute(db);
  await sql`create index portfolio_trial_newest on portfolio_trial (project_id, id)`.execute(db);

  await sql`
    create table portfolio_method (
      project_id uuid primary key references project,
      measured_at timestamptz not null,
      used text not null,
      shrinkage double precision not null,
      result json not null
    )`.execute(db);

  await sql`
    create table portfolio_pool (
      project_id uuid not null references project,
      organisation_id uuid not null references organisation,
      with_everyone boolean not null,
      level text not null,
      key text collate "C" not null,
      model text collate "C" not null,
      n double precision not null,
      solved double precision not null,
      cost json not null,
      time json not null,
      primary key (project_id, level, key, model)
    )`.execute(db);
  await sql`create index portfolio_pool_of_organisation on portfolio_pool (organisation_id)`.execute(db);
  await sql`create index portfolio_pool_of_cell on portfolio_pool (level, key, model) where with_everyone`.execute(db);

  for (const table of tables) {
    await sql`alter table ${sql.table(table)} enable row level security`.execute(db);
    await sql`
      create policy same_project on ${sql.table(table)}
        using (project_id = nullif(current_setting('whetstone.project_id', true), '')::uuid)`.execute(db);
    await sql`grant select, insert, update, delete on ${sql.table(table)} to whetstone_app`.execute(db);
  }
  await sql`alter table portfolio_pool enable row level security`.execute(db);
  await sql`create policy nobody on portfolio_pool using (false)`.execute(db);

  // Runs as the owner of the tables and asks for whom it works itself: there is nobody else's pool to be had by it.
  await sql`
    create function portfolio_pool_for_project()
    returns table (level text, key text, model text, n double precision, solved double precision,
      cost_n double precision, cost_sum double precision, time_n double precision, time_sum double precision,
      contributors bigint)
    language sql stable security definer set search_path = public, pg_temp as $$
      with me as (
        select project.id, project.organisation_id, coalesce(portfolio_settings.pool, 'organisation') as pool
        from project left join portfolio_settings on portfolio_settings.project_id = project.id
        where project.id = nullif(current_setting('whetstone.project_id', true), '')::uuid
      ), shared as (
        select portfolio_pool.*, coalesce(portfolio_settings.pool, 'organisation') as pool
        from portfolio_pool left join portfolio_settings using (project_id)
      ), within as (
        select shared.* from shared, me
        where me.pool <> 'none' and shared.pool <> 'none' and shared.organisation_id = me.organisation_id
          and shared.project_id <> me.id
      ), beyond as (
        select shared.* from shared, me
        where me.pool = 'everyone' and shared.pool = 'everyone' and shared.with_everyone
          and shared.organisation_id <> me.organisation_id
      ), enough as (
        select beyond.level, beyond.key, beyond.model from beyond
        group by beyond.level, beyond.key, beyond.model having count(distinct beyond.organisation_id) >= 3
      ), seen as (
        select * from within
        union all
        select beyond.* from beyond join enough using (level, key, model)
      )
      select seen.level, seen.key, seen.model, sum(seen.n), sum(seen.solved),
        sum((seen.cost ->> 'n')::float8), sum((seen.cost ->> 'sum')::float8),
        sum((seen.time ->> 'n')::float8), sum((seen.time ->> 'sum')::float8),
        count(distinct seen.organisation_id)
      from seen group by seen.level, seen.key, seen.model
    $$`.execute(db);
  await sql`revoke all on function portfolio_pool_for_project() from public`.execute(db);
  await sql`grant execute on function portfolio_pool_for_project() to whetstone_app`.execute(db);

  // Likewise: takes back what the asking project itself shares.
  await sql`
    create function portfolio_pool_withdraw()
    returns void
    language sql volatile security definer set search_path = public, pg_temp as $$
      delete from portfolio_pool
      where project_id = nullif(current_setting('whetstone.project_id', true), '')::uuid
    $$`.execute(db);
  await sql`revoke all on function portfolio_pool_withdraw() from public`.execute(db);
  await sql`grant execute on function portfolio_pool_withdraw() to whetstone_app`.execute(db);
}
