import { sql, type Kysely } from 'kysely';

/** Of the public corpus, whose rows have no project, everybody sees all, and nobody but the system writes any. */
const shared = ['knowledge_version', 'knowledge_page', 'knowledge_text', 'knowledge_segment', 'knowledge_vectors'];

/** Of a project alone, or of the system's work on the public corpus. */
const own = [
  'knowledge_source',
  'knowledge_taken',
  'knowledge_asked',
  'knowledge_served',
  'knowledge_checked',
  'knowledge_embedding',
  'knowledge_embedded',
];

/**
 * Documentation of libraries, version by version. Rows without a project are the public corpus: read by everybody, written by the
 * system alone, so that no project can poison another's documentation.
 *
 * `knowledge_version` is seen once `ready_at` is set: until then its pages are being taken. `stamp` names its content; whoever
 * holds segments of another stamp throws them away. `source_state` names the state of the source it was taken in, where that can be told
 * without reading its pages. `provenance` is how far the source is from who makes the library.
 *
 * `knowledge_page` says which text a page has now, `knowledge_text` keeps each text once by its hash, those that pages had before
 * too, so that a citation of an old text can still be told from one of no text. A page that is gone from its source has
 * `stale_since`.
 *
 * `knowledge_segment` is what is searched: packed chunks and their index, in pieces that are never changed.
 *
 * `knowledge_ingest` is the progress of a job. What it has taken waits in `knowledge_taken`, so that one that was cut off goes on
 * where it was, and that nobody sees half of a version: the rows become pages all at once, or never. `attempts` tells who holds
 * it: whoever took it last. `knowledge_asked` is who had one started, of the public corpus too, for a project's budget.
 *
 * `knowledge_served` counts what was handed out by citation; `knowledge_checked` how citations came out, by day and version.
 *
 * `knowledge_vectors` is how far the vectors of a version are, which lie with the vectors port: they are whole for the content
 * `stamp`. Its rows outlive the version, until its vectors are dropped. `attempts` tells who holds it. `knowledge_embedded` is which
 * passages of a version have their vector there, or are being taken away; `knowledge_embedding` keeps what was paid for, by the hash of its text.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table knowledge_version (
      id uuid primary key,
      project_id uuid references project,
      library text collate "C" not null,
      version text collate "C" not null,
      provenance text not null,
      source json not null,
      title text not null,
      stamp text,
      source_state text,
      pages integer not null default 0,
      stale_pages integer not null default 0,
      chunks integer not null default 0,
      symbols integer not null default 0,
      coverage json,
      created_at timestamptz not null,
      ready_at timestamptz,
      checked_at timestamptz
    )`.execute(db);
  // nulls are equal here: the public corpus has a version once.
  await sql`
    create unique index knowledge_version_name on knowledge_version (
      library, version, coalesce(project_id, '00000000-0000-0000-0000-000000000000')
    )`.execute(db);
  await sql`create index knowledge_version_of_project on knowledge_version (project_id)`.execute(db);

  await sql`
    create table knowledge_text (
      project_id uuid references project,
      version_id uuid not null references knowledge_version on delete cascade,
      content_hash text collate "C" not null,
      text text not null,
      warnings json not null default '[]',
      symbols json not null default '[]',
      replaced_at timestamptz,
      primary key (version_id, content_hash)
    )`.execute(db);
  await sql`create index knowledge_text_replaced on knowledge_text (replaced_at) where replaced_at is not null`.execute(
    db,
  );

  await sql`
    create table knowledge_page (
      project_id uuid references project,
      version_id uuid not null references knowledge_version on delete cascade,
      path text collate "C" not null,
      url text not null,
      title text not null,
      content_hash text collate "C" not null,
      lines integer not null,
      etag text,
      last_modified text,
      changed_at timestamptz not null,
      seen_at timestamptz not null,
      stale_since timestamptz,
      primary key (version_id, path)
    )`.execute(db);

  // An address may be longer than a tree takes.
  await sql`create index knowledge_page_url on knowledge_page using hash (url)`.execute(db);
  await sql`create index knowledge_page_stale on knowledge_page (stale_since) where stale_since is not null`.execute(
    db,
  );

  await sql`
    create table knowledge_segment (
      project_id uuid references project,
      version_id uuid not null references knowledge_version on delete cascade,
      stamp text collate "C" not null,
      part integer not null,
      parts integer not null,
      packed bytea not null,
      primary key (version_id, stamp, part)
    )`.execute(db);

  await sql`
    create table knowledge_source (
      id uuid primary key,
      project_id uuid not null references project,
      library text collate "C" not null,
      version text,
      source json not null,
      refresh text not null,
      created_at timestamptz not null,
      next_at timestamptz
    )`.execute(db);
  await sql`create index knowledge_source_of_project on knowledge_source (project_id, id)`.execute(db);
  await sql`create index knowledge_source_due on knowledge_source (next_at) where next_at is not null`.execute(db);

  await sql`
    create table knowledge_ingest (
      id uuid primary key,
      project_id uuid references project,
      version_id uuid references knowledge_version on delete set null,
      source_id uuid references knowledge_source on delete set null,
      library text collate "C" not null,
      version text collate "C" not null,
      source json not null,
      status text not null,
      step text not null,
      pages_done integer not null default 0,
      pages_expected integer,
      pages_unchanged integer not null default 0,
      chunks integer not null default 0,
      symbols integer not null default 0,
      skipped json not null default '[]',
      failure text,
      attempts integer not null default 0,
      created_at timestamptz not null,
      started_at timestamptz,
      beat_at timestamptz,
      ended_at timestamptz
    )`.execute(db);
  await sql`create index knowledge_ingest_newest on knowledge_ingest (project_id, id)`.execute(db);
  await sql`create index knowledge_ingest_of_source on knowledge_ingest (source_id, id)`.execute(db);
  await sql`create index knowledge_ingest_ended on knowledge_ingest (ended_at)`.execute(db);
  // One at a time takes a version.
  await sql`
    create unique index knowledge_ingest_open on knowledge_ingest (
      library, version, coalesce(project_id, '00000000-0000-0000-0000-000000000000')
    ) where status in ('queued', 'running')`.execute(db);

  await sql`
    create table knowledge_taken (
      project_id uuid references project,
      version_id uuid not null references knowledge_version on delete cascade,
      path text collate "C" not null,
      ingest_id uuid not null,
      url text not null,
      title text not null,
      content_hash text collate "C" not null,
      lines integer not null,
      etag text,
      last_modified text,
      leads_to json not null default '[]',
      taken_at timestamptz not null,
      primary key (version_id, path)
    )`.execute(db);
  await sql`create index knowledge_taken_at on knowledge_taken (taken_at)`.execute(db);

  await sql`
    create table knowledge_asked (
      project_id uuid not null references project,
      ingest_id uuid not null,
      at timestamptz not null,
      primary key (project_id, ingest_id)
    )`.execute(db);
  await sql`create index knowledge_asked_at on knowledge_asked (project_id, at)`.execute(db);

  await sql`
    create table knowledge_served (
      project_id uuid not null references project,
      citation_id text collate "C" not null,
      version_id uuid not null,
      library text not null,
      version text not null,
      path text not null,
      start_line integer not null,
      end_line integer not null,
      content_hash text not null,
      served integer not null,
      first_at timestamptz not null,
      last_at timestamptz not null,
      primary key (project_id, citation_id)
    )`.execute(db);
  await sql`create index knowledge_served_last on knowledge_served (project_id, last_at)`.execute(db);
  await sql`create index knowledge_served_of_version on knowledge_served (version_id, last_at)`.execute(db);

  await sql`
    create table knowledge_checked (
      project_id uuid not null references project,
      day date not null,
      library text collate "C" not null,
      version text collate "C" not null,
      verdict text not null,
      n integer not null,
      primary key (project_id, day, library, version, verdict)
    )`.execute(db);

  await sql`
    create table knowledge_vectors (
      project_id uuid references project,
      version_id uuid not null,
      space text collate "C" not null,
      engine text not null,
      stamp text collate "C",
      vectors integer not null default 0,
      failure text,
      attempts integer not null default 0,
      beat_at timestamptz,
      ready_at timestamptz,
      primary key (version_id, space)
    )`.execute(db);

  await sql`
    create table knowledge_embedded (
      project_id uuid references project,
      version_id uuid not null,
      space text collate "C" not null,
      hash text collate "C" not null,
      leaving boolean not null default false,
      foreign key (version_id, space) references knowledge_vectors on delete cascade,
      primary key (version_id, space, hash)
    )`.execute(db);

  await sql`
    create table knowledge_embedding (
      project_id uuid references project,
      space text collate "C" not null,
      hash text collate "C" not null,
      vector bytea not null,
      used_at timestamptz not null
    )`.execute(db);
  await sql`
    create unique index knowledge_embedding_of on knowledge_embedding (
      space, hash, coalesce(project_id, '00000000-0000-0000-0000-000000000000')
    )`.execute(db);
  await sql`create index knowledge_embedding_used on knowledge_embedding (used_at)`.execute(db);

  for (const table of [...shared, 'knowledge_ingest']) {
    await sql`alter table ${sql.table(table)} enable row level security`.execute(db);
    await sql`
      create policy read_public on ${sql.table(table)} for select
        using (project_id is null)`.execute(db);
    await sql`
      create policy same_project on ${sql.table(table)}
        using (project_id = nullif(current_setting('whetstone.project_id', true), '')::uuid)`.execute(db);
    await sql`grant select, insert, update, delete on ${sql.table(table)} to whetstone_app`.execute(db);
  }
  for (const table of own) {
    await sql`alter table ${sql.table(table)} enable row level security`.execute(db);
    await sql`
      create policy same_project on ${sql.table(table)}
        using (project_id = nullif(current_setting('whetstone.project_id', true), '')::uuid)`.execute(db);
    await sql`grant select, insert, update, delete on ${sql.table(table)} to whetstone_app`.execute(db);
  }
}
