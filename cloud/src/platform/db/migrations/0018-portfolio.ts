import { sql, type Kysely } from 'kysely';

const tables = [
  'outcome_pending',
  'portfolio_cell',
  'portfolio_rescue',
  'portfolio_state',
  'portfolio_settings',
  'portfolio_recommendation',
  'portfolio_trial',
  'portfolio_method',
];

/**
 * What outcomes teach about models.
 *
 * `portfolio_recommendation` has no foreign key: rows come by thousands a second, and a look at the project for each would be
 * a third of what keeping them costs. `explored_extra_usd` is what an answer that was made to learn may cost above the usual
 * one; `trial_arm` stands where the lot of a trial chose the model.
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
      at timestamptz not null,
      received_at timestamptz not null,
      source text not null,
      table_version text not null,
      policy_version text not null,
      task_type text,
      language text,
      complexity text,
      repo_id text,
      task_id text,
      user_id text,
      model text not null,
      incumbent text,
      explored boolean not null,
      propensity double precision not null,
      expected_success double precision,
      expected_cost_usd double precision,
      incumbent_success double precision,
      incumbent_cost_usd double precision,
      incumbent_propensity double precision,
      explored_extra_usd double precision,
      trial_arm text,
      plan json not null,
      primary key (project_id, id)
    )`.execute(db);
  await sql`create index portfolio_recommendation_at on portfolio_recommendation (project_id, at)`.execute(db);
  await sql`
    create index portfolio_recommendation_explored on portfolio_recommendation (project_id, at) where explored`.execute(
    db,
  );
  await sql`
    create index portfolio_recommendation_of_trial on portfolio_recommendation (project_id, id)
      where trial_arm is not null`.execute(db);

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
