import { sql, type Kysely } from 'kysely';

/**
 * What became of agents' tasks, one row for each attempt, whoever reports it: `source` says which operation did.
 *
 * `natural_key` is the hash of what makes two records the same one (see cloud/src/features/portfolio/identity.ts); null for
 * those that nothing but their idempotency key identifies.
 *
 * An experiment reads the exposures of one flag and the outcomes of a range of time and joins the two by hashing: these are
 * the indexes. None on tasks or units: joining by them one by one was slower for large flags (what comes out of the
 * exposures has no statistics to plan with) and nobody asks for a single one, while every row that comes in pays for them.
 *
 * Ids of batches are in the order of their arrival, so that the index on exposures finds the newest entries of a flag. The
 * entries of a flag in a request have one key in it, which is kept once: by their times, it would be six times as large and
 * dearer to keep.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table outcome (
      id uuid primary key,
      project_id uuid not null references project,
      source text not null,
      natural_key bytea,
      content_hash bytea not null,
      at timestamptz not null,
      received_at timestamptz not null,
      attempt integer,
      cost_usd double precision,
      time_ms double precision,
      input_tokens bigint,
      output_tokens bigint,
      cache_tokens bigint,
      repo_size bigint,
      verified boolean,
      outcome text not null,
      model text not null,
      task_type text,
      task_id text,
      user_id text,
      repo_id text,
      language text,
      complexity text,
      recommendation_id text,
      guidance_version text,
      flags jsonb,
      metrics jsonb,
      task_text text,
      unique (project_id, natural_key)
    )`.execute(db);
  await sql`create index outcome_at on outcome (project_id, at)`.execute(db);
  await sql`create index exposure_of_flag on exposure (project_id, flag, batch_id)`.execute(db);

  await sql`alter table outcome enable row level security`.execute(db);
  await sql`
    create policy same_project on outcome
      using (project_id = nullif(current_setting('whetstone.project_id', true), '')::uuid)`.execute(db);
  await sql`grant select, insert, delete on outcome to whetstone_app`.execute(db);
}
