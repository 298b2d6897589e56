import { sql, type Kysely } from 'kysely';

const tables = [
  'feedback',
  'feedback_hunk',
  'feedback_survival',
  'feedback_occurrence',
  'feedback_pattern',
  'feedback_pattern_hunk',
  'feedback_place',
  'feedback_edit',
  'feedback_shape',
  'feedback_template',
  'feedback_tally',
  'feedback_touched',
  'feedback_learning',
  'guidance',
  'guidance_gate',
];

/**
 * What people make of agents' work, what is learned of it, and the guidance that comes of that.
 *
 * `feedback` is one correction as it was told; `triage`, `detectors` and the counts are read out of it in the background, `read_at`
 * says when, null that it waits. Reviewers decide; `version` counts what they do.
 *
 * `feedback_hunk` is a stretch of a file: what the agent left and what a person made of it. `context` is the agent's code around it that was left alone,
 * which is what a lift is measured against.
 *
 * `feedback_survival` counts lines of agents by what became of them, per session and language; it holds no text.
 *
 * `feedback_occurrence` is how often a detector or template could have applied in a correction, and how often it did: the rows of a
 * correction are written together when it is read, and go with it.
 *
 * `feedback_place` is in how many places of which outline the agent's code was left, by language, and how many of its lines; `feedback_edit` is a
 * change in the form in which others are like it, `feedback_shape` that form, `feedback_template` what forms have in common. `feedback_tally` is the sum
 * over what is counted (`is_counted`: read, and not rejected), so that nothing is summed again for what comes or goes; its figures are those of
 * a ratio of totals of corrections. `feedback_touched` is what is to be counted again, `feedback_learning` when that was done last.
 *
 * `feedback_pattern` is what is served; `feedback_pattern_hunk` what it rests on.
 *
 * `guidance` is never changed but for its status; `guidance_gate` is one trial of a version against the one without.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table feedback (
      id uuid primary key,
      project_id uuid not null references project,
      version integer not null default 1,
      task_id text not null,
      task_type text,
      kind text not null,
      language text,
      repo_id text,
      user_id text,
      model text,
      flags json,
      guidance_version text,
      comment text,
      original json not null,
      corrected json not null,
      files json not null default '[]',
      added integer not null default 0,
      removed integer not null default 0,
      warnings json not null default '[]',
      problem text,
      triage text,
      triaged_by text,
      detectors json not null default '[]',
      failure text,
      status text not null default 'pending',
      labels json not null default '[]',
      assignee text,
      locked_by text,
      locked_until timestamptz,
      note text,
      reviewed_by text,
      reviewed_at timestamptz,
      corrected_at timestamptz not null,
      received_at timestamptz not null,
      read_at timestamptz,
      read_edition integer,
      is_counted boolean not null default false
    )`.execute(db);
  await sql`create index feedback_newest on feedback (project_id, id)`.execute(db);
  await sql`create index feedback_unread on feedback (project_id, id) where read_at is null`.execute(db);
  await sql`create index feedback_edition on feedback (project_id, read_edition) where read_at is not null`.execute(db);
  await sql`create index feedback_of_task on feedback (project_id, md5(task_id))`.execute(db);
  await sql`create index feedback_of_user on feedback (project_id, md5(user_id)) where user_id is not null`.execute(db);
  await sql`create index feedback_accepted on feedback (project_id, task_type, corrected_at) where status = 'accepted'`.execute(
    db,
  );
  await sql`create index feedback_reviewed on feedback (project_id, reviewed_at) where reviewed_at is not null`.execute(
    db,
  );
  await sql`create index feedback_received on feedback (received_at)`.execute(db);

  await sql`
    create table feedback_hunk (
      id uuid primary key,
      project_id uuid not null references project,
      feedback_id uuid not null references feedback on delete cascade,
      place integer not null,
      file text not null,
      language text,
      verdict text not null,
      start_line integer,
      end_line integer,
      before text not null,
      after text not null,
      context text,
      triage text,
      detectors json not null default '[]',
      unique (feedback_id, place)
    )`.execute(db);
  await sql`create index feedback_hunk_of_project on feedback_hunk (project_id, feedback_id)`.execute(db);

  await sql`
    create table feedback_survival (
      id uuid primary key,
      project_id uuid not null references project,
      session text not null,
      agent text,
      task_id text,
      task_type text,
      language text,
      repo_id text,
      user_id text,
      model text,
      flags json,
      guidance_version text,
      lines json not null,
      agent_lines integer not null,
      changed_lines integer not null,
      covered boolean not null,
      at timestamptz not null,
      received_at timestamptz not null
    )`.execute(db);
  await sql`create index feedback_survival_newest on feedback_survival (project_id, at)`.execute(db);
  await sql`create index feedback_survival_of_user on feedback_survival (project_id, md5(user_id)) where user_id is not null`.execute(
    db,
  );
  await sql`create index feedback_survival_of_task on feedback_survival (project_id, md5(task_id)) where task_id is not null`.execute(
    db,
  );
  await sql`create index feedback_survival_received on feedback_survival (received_at)`.execute(db);

  await sql`
    create table feedback_occurrence (
      project_id uuid not null references project,
      feedback_id uuid not null references feedback on delete cascade,
      kind text not null,
      key text collate "C" not null,
      language text collate "C" not null,
      changed integer not null,
      survived integer not null,
      left_at json not null default '[]',
      primary key (feedback_id, kind, key, language)
    )`.execute(db);
  await sql`create index feedback_occurrence_of_key on feedback_occurrence (project_id, kind, key, language)`.execute(
    db,
  );

  await sql`
    create table feedback_pattern (
      id uuid primary key,
      project_id uuid not null references project,
      kind text not null,
      key text collate "C" not null,
      language text collate "C" not null,
      task_type text collate "C" not null,
      title text not null,
      template json,
      failure text,
      guidance text,
      figures json not null,
      is_pattern boolean not null,
      rank float8 not null,
      first_at timestamptz not null,
      last_at timestamptz not null,
      learned_at timestamptz not null,
      retired_at timestamptz
    )`.execute(db);
  await sql`create unique index feedback_pattern_name on feedback_pattern (project_id, kind, key, language, task_type)`.execute(
    db,
  );
  await sql`create index feedback_pattern_ranked on feedback_pattern (project_id, rank desc, id)`.execute(db);

  await sql`
    create table feedback_pattern_hunk (
      project_id uuid not null references project,
      pattern_id uuid not null references feedback_pattern on delete cascade,
      hunk_id uuid not null references feedback_hunk on delete cascade,
      primary key (pattern_id, hunk_id)
    )`.execute(db);
  await sql`create index feedback_pattern_hunk_of on feedback_pattern_hunk (hunk_id)`.execute(db);

  await sql`
    create table feedback_place (
      project_id uuid not null references project,
      feedback_id uuid not null references feedback on delete cascade,
      language text collate "C" not null,
      places json not null,
      lines_changed integer not null,
      lines_left integer not null,
      primary key (feedback_id, language)
    )`.execute(db);
  await sql`create index feedback_place_of_project on feedback_place (project_id, feedback_id)`.execute(db);

  await sql`
    create table feedback_shape (
      project_id uuid not null references project,
      hash text collate "C" not null,
      language text collate "C" not null,
      bucket text collate "C" not null,
      form json not null,
      seen_at timestamptz not null,
      template text collate "C",
      primary key (project_id, hash)
    )`.execute(db);
  await sql`create index feedback_shape_bucket on feedback_shape (project_id, bucket)`.execute(db);
  await sql`create index feedback_shape_template on feedback_shape (project_id, template) where template is not null`.execute(
    db,
  );

  await sql`
    create table feedback_edit (
      project_id uuid not null references project,
      feedback_id uuid not null references feedback on delete cascade,
      place integer not null,
      hunk_id uuid not null references feedback_hunk on delete cascade,
      shape text collate "C" not null,
      file text collate "C" not null,
      coarse text collate "C" not null,
      coarse_left integer not null,
      fine text collate "C",
      fine_left integer not null,
      primary key (feedback_id, place)
    )`.execute(db);
  await sql`create index feedback_edit_shape on feedback_edit (project_id, shape)`.execute(db);
  await sql`create index feedback_edit_hunk on feedback_edit (hunk_id)`.execute(db);

  await sql`
    create table feedback_template (
      project_id uuid not null references project,
      key text collate "C" not null,
      language text collate "C" not null,
      bucket text collate "C" not null,
      place text collate "C" not null,
      before text not null,
      after text not null,
      title text not null,
      rule text,
      primary key (project_id, key)
    )`.execute(db);
  await sql`create index feedback_template_bucket on feedback_template (project_id, bucket)`.execute(db);

  await sql`
    create table feedback_tally (
      project_id uuid not null references project,
      language text collate "C" not null,
      key text collate "C" not null,
      circle text collate "C" not null,
      task_type text,
      model text,
      repo_id text,
      clusters integer not null,
      n float8 not null,
      changed float8 not null,
      nn float8 not null,
      changed_changed float8 not null,
      changed_n float8 not null,
      primary key (project_id, language, key, circle)
    )`.execute(db);

  await sql`
    create table feedback_touched (
      project_id uuid not null references project,
      kind text not null,
      key text collate "C" not null,
      language text collate "C" not null,
      primary key (project_id, kind, key, language)
    )`.execute(db);

  await sql`
    create table feedback_learning (
      project_id uuid primary key references project,
      learned_at timestamptz
    )`.execute(db);

  await sql`
    create table guidance (
      project_id uuid not null references project,
      number integer not null,
      title text,
      parent integer,
      content_hash text not null,
      tokens integer not null,
      rules json not null,
      status text not null,
      flag_key text,
      flag_variant text,
      created_by text not null,
      created_at timestamptz not null,
      ended_reason text,
      primary key (project_id, number)
    )`.execute(db);

  await sql`
    create table guidance_gate (
      id uuid primary key,
      project_id uuid not null references project,
      number integer not null,
      decision text not null,
      reason text not null,
      request json not null,
      plan json not null,
      without_run uuid,
      with_run uuid,
      result json,
      started_by text not null,
      started_at timestamptz not null,
      ended_at timestamptz,
      foreign key (project_id, number) references guidance
    )`.execute(db);
  await sql`create index guidance_gate_of on guidance_gate (project_id, number, started_at)`.execute(db);
  await sql`create index guidance_gate_run on guidance_gate (project_id, with_run) where ended_at is null`.execute(db);

  for (const table of tables) {
    await sql`alter table ${sql.table(table)} enable row level security`.execute(db);
    await sql`
      create policy same_project on ${sql.table(table)}
        using (project_id = nullif(current_setting('whetstone.project_id', true), '')::uuid)`.execute(db);
    await sql`grant select, insert, update, delete on ${sql.table(table)} to whetstone_app`.execute(db);
  }
}
