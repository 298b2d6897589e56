import type { DocSource, IngestStatus, Provenance } from '@whetstone/shared/contract';
import { sql } from 'kysely';
import { v7 as uuidv7 } from 'uuid';
import type { Tx } from '../../../platform/db/database.ts';
import type { TakenSymbol } from '../sources/source.ts';
import type { Owner } from './scope.ts';
import type { ContentPage } from './stamp.ts';

export interface IngestRow {
  id: string;
  owner: Owner;
  library: string;
  version: string;
  source: DocSource;
  status: IngestStatus;
  step: string;
  pagesDone: number;
  pagesExpected: number | null;
  pagesUnchanged: number;
  chunks: number;
  symbols: number;
  skipped: { path: string; why: string }[];
  failure: string | null;
  attempts: number;
  createdAt: Date;
  startedAt: Date | null;
  beatAt: Date | null;
  endedAt: Date | null;
}

const columns = [
  'id',
  'project_id as owner',
  'library',
  'version',
  'source',
  'status',
  'step',
  'pages_done as pagesDone',
  'pages_expected as pagesExpected',
  'pages_unchanged as pagesUnchanged',
  'chunks',
  'symbols',
  'skipped',
  'failure',
  'attempts',
  'created_at as createdAt',
  'started_at as startedAt',
  'beat_at as beatAt',
  'ended_at as endedAt',
] as const;

// What is in these columns went through the contract's schema, or was written by this slice, on its way in.
const rowOf = (row: Omit<IngestRow, 'source' | 'status'> & { source: unknown; status: string }): IngestRow => ({
  ...row,
  source: row.source as DocSource,
  status: row.status as IngestStatus,
});

/** Who works on an ingest: whoever took it up last. What others still write for it is refused. */
export interface Hold {
  ingestId: string;
  attempt: number;
}

export interface Progress {
  step?: string;
  pagesDone?: number;
  pagesExpected?: number | null;
  pagesUnchanged?: number;
  chunks?: number;
  symbols?: number;
  skipped?: readonly { path: string; why: string }[];
}

export interface TakenRow {
  path: string;
  url: string;
  title: string;
  contentHash: string;
  lines: number;
  etag: string | null;
  lastModified: string | null;
  /** Kept until the version is whole. */
  leadsTo: readonly string[];
}

export interface KnownRow extends TakenRow {
  /** It is what is served. */
  isServed: boolean;
  /** The ingest that has taken it. */
  ingestId: string | null;
}

export interface TextRow {
  contentHash: string;
  text: string;
  warnings: readonly string[];
  symbols: readonly TakenSymbol[];
}

export interface VersionState {
  id: string;
  stamp: string | null;
  isReady: boolean;
  chunks: number;
  symbols: number;
  sourceState: string | null;
}

export interface Published {
  provenance: Provenance;
  source: DocSource;
  title: string;
  stamp: string;
  sourceState: string | undefined;
  pages: number;
  stalePages: number;
  chunks: number;
  symbols: number;
  coverage: { expected: number; found: number; missing: string[] } | null;
}

const openStatuses = ['queued', 'running'];

const knownColumns = [
  'path',
  'url',
  'title',
  'content_hash as contentHash',
  'lines',
  'etag',
  'last_modified as lastModified',
] as const;

export const ingestRepository = {
  /** Undefined where one of this version is open already. */
  async insert(
    tx: Tx,
    wanted: { owner: Owner; library: string; version: string; source: DocSource; sourceId?: string | undefined },
  ): Promise<IngestRow | undefined> {
    const row = await tx.sql
      .insertInto('knowledge_ingest')
      .values({
        id: uuidv7({ msecs: tx.now.getTime() }),
        project_id: wanted.owner,
        version_id: null,
        source_id: wanted.sourceId ?? null,
        library: wanted.library,
        version: wanted.version,
        source: JSON.stringify(wanted.source),
        status: 'queued',
        step: 'waits for its turn',
        skipped: '[]',
        created_at: tx.now,
      })
      .onConflict((conflict) => conflict.doNothing())
      .returning(columns)
      .executeTakeFirst();
    return row && rowOf(row);
  },

  async findOpen(tx: Tx, owner: Owner, library: string, version: string): Promise<IngestRow | undefined> {
    const row = await tx.sql
      .selectFrom('knowledge_ingest')
      .select(columns)
      .where('library', '=', library)
      .where('version', '=', version)
      .where('project_id', owner === null ? 'is' : '=', owner)
      .where('status', 'in', openStatuses)
      .executeTakeFirst();
    return row && rowOf(row);
  },

  async find(tx: Tx, id: string): Promise<IngestRow | undefined> {
    const row = await tx.sql.selectFrom('knowledge_ingest').select(columns).where('id', '=', id).executeTakeFirst();
    return row && rowOf(row);
  },

  /** Newest first. */
  async findAll(tx: Tx, ids: readonly string[]): Promise<IngestRow[]> {
    if (ids.length === 0) return [];
    const rows = await tx.sql
      .selectFrom('knowledge_ingest')
      .select(columns)
      .where('id', 'in', ids)
      .orderBy('id', 'desc')
      .execute();
    return rows.map(rowOf);
  },

  noteAsked: (tx: Tx, projectId: string, ingestId: string) =>
    tx.sql.insertInto('knowledge_asked').values({ project_id: projectId, ingest_id: ingestId, at: tx.now }).execute(),

  async askedSince(tx: Tx, projectId: string, since: Date): Promise<number> {
    const { n } = await tx.sql
      .selectFrom('knowledge_asked')
      .select(({ fn }) => fn.countAll<string>().as('n'))
      .where('project_id', '=', projectId)
      .where('at', '>=', since)
      .executeTakeFirstOrThrow();
    return Number(n);
  },

  /** Lets one at a time go on, in whatever project. */
  lockProject: (tx: Tx, projectId: string) =>
    tx.sql.selectFrom('project').select('id').where('id', '=', projectId).forNoKeyUpdate().execute(),

  /** Takes an open ingest up, unless somebody holds it who was heard of lately. */
  async claim(tx: Tx, id: string, silentSince: Date): Promise<IngestRow | undefined> {
    const row = await tx.sql
      .updateTable('knowledge_ingest')
      .set((of) => ({
        status: 'running',
        attempts: of('attempts', '+', 1),
        started_at: of.fn.coalesce('started_at', of.val(tx.now)),
        beat_at: tx.now,
        step: 'reaches the source',
      }))
      .where('id', '=', id)
      .where('status', 'in', openStatuses)
      .where((of) => of.or([of('beat_at', 'is', null), of('beat_at', '<', silentSince)]))
      .returning(columns)
      .executeTakeFirst();
    return row && rowOf(row);
  },

  /** False when somebody else holds it, or it has ended. */
  async progress(tx: Tx, { ingestId, attempt }: Hold, progress: Progress): Promise<boolean> {
    const { numUpdatedRows } = await tx.sql
      .updateTable('knowledge_ingest')
      .set({
        beat_at: tx.now,
        ...(progress.step !== undefined && { step: progress.step }),
        ...(progress.pagesDone !== undefined && { pages_done: progress.pagesDone }),
        ...(progress.pagesExpected !== undefined && { pages_expected: progress.pagesExpected }),
        ...(progress.pagesUnchanged !== undefined && { pages_unchanged: progress.pagesUnchanged }),
        ...(progress.chunks !== undefined && { chunks: progress.chunks }),
        ...(progress.symbols !== undefined && { symbols: progress.symbols }),
        ...(progress.skipped !== undefined && { skipped: JSON.stringify(progress.skipped) }),
      })
      .where('id', '=', ingestId)
      .where('attempts', '=', attempt)
      .where('status', '=', 'running')
      .executeTakeFirst();
    return numUpdatedRows > 0n;
  },

  /** Hands it back: whoever comes next may take it up at once. */
  release: (tx: Tx, { ingestId, attempt }: Hold, step: string) =>
    tx.sql
      .updateTable('knowledge_ingest')
      .set({ beat_at: null, step })
      .where('id', '=', ingestId)
      .where('attempts', '=', attempt)
      .where('status', '=', 'running')
      .execute(),

  async end(
    tx: Tx,
    { ingestId, attempt }: Hold,
    { status, failure = null }: { status: 'done' | 'failed' | 'cancelled'; failure?: string | null },
  ): Promise<boolean> {
    const { numUpdatedRows } = await tx.sql
      .updateTable('knowledge_ingest')
      .set({ status, step: status, failure, ended_at: tx.now, beat_at: tx.now })
      .where('id', '=', ingestId)
      .where('attempts', '=', attempt)
      .where('status', '=', 'running')
      .executeTakeFirst();
    return numUpdatedRows > 0n;
  },

  /** Ties the ingest to the version that its source turned out to have. False when another ingest takes that one. */
  async nameVersion(tx: Tx, { ingestId }: Hold, version: string, versionId: string): Promise<boolean> {
    const { numUpdatedRows } = await tx.sql
      .updateTable('knowledge_ingest as mine')
      .set({ version, version_id: versionId })
      .where('mine.id', '=', ingestId)
      .where(({ not, exists, selectFrom, ref }) =>
        not(
          exists(
            selectFrom('knowledge_ingest as other')
              .select('other.id')
              .whereRef('other.library', '=', 'mine.library')
              .where('other.version', '=', version)
              .where(sql<boolean>`other.project_id is not distinct from ${ref('mine.project_id')}`)
              .where('other.status', 'in', openStatuses)
              .where('other.id', '<>', ingestId),
          ),
        ),
      )
      .executeTakeFirst();
    return numUpdatedRows > 0n;
  },

  /** The version's row, made when there is none. */
  async version(
    tx: Tx,
    of: { owner: Owner; library: string; version: string; provenance: Provenance; source: DocSource; title: string },
  ): Promise<VersionState> {
    await tx.sql
      .insertInto('knowledge_version')
      .values({
        id: uuidv7({ msecs: tx.now.getTime() }),
        project_id: of.owner,
        library: of.library,
        version: of.version,
        provenance: of.provenance,
        source: JSON.stringify(of.source),
        title: of.title,
        created_at: tx.now,
      })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    const row = await tx.sql
      .selectFrom('knowledge_version')
      .select(['id', 'stamp', 'ready_at as readyAt', 'chunks', 'symbols', 'source_state as sourceState'])
      .where('library', '=', of.library)
      .where('version', '=', of.version)
      .where('project_id', of.owner === null ? 'is' : '=', of.owner)
      .executeTakeFirstOrThrow();
    const { readyAt, ...rest } = row;
    return { ...rest, isReady: readyAt !== null };
  },

  /** Whether a version is served that was taken from its source in this state. */
  async isServedFrom(tx: Tx, owner: Owner, of: { library: string; version: string; state: string }): Promise<boolean> {
    const row = await tx.sql
      .selectFrom('knowledge_version')
      .select('id')
      .where('library', '=', of.library)
      .where('version', '=', of.version)
      .where('project_id', owner === null ? 'is' : '=', owner)
      .where('ready_at', 'is not', null)
      .where('source_state', '=', of.state)
      .executeTakeFirst();
    return row !== undefined;
  },

  /** Pages that are served, and over them what was taken since, whoever took it. */
  async known(tx: Tx, versionId: string): Promise<KnownRow[]> {
    const served = await tx.sql
      .selectFrom('knowledge_page')
      .select(knownColumns)
      .where('version_id', '=', versionId)
      .execute();
    const taken = await tx.sql
      .selectFrom('knowledge_taken')
      .select([...knownColumns, 'ingest_id as ingestId', 'leads_to as leadsTo'])
      .where('version_id', '=', versionId)
      .execute();
    return [
      ...served.map((row) => ({ ...row, leadsTo: [], isServed: true, ingestId: null })),
      ...taken.map((row) => ({ ...row, isServed: false })),
    ];
  },

  /** The same of a version by its name; nothing where there is none. */
  async knownUnder(tx: Tx, owner: Owner, library: string, version: string): Promise<KnownRow[]> {
    const row = await tx.sql
      .selectFrom('knowledge_version')
      .select('id')
      .where('library', '=', library)
      .where('version', '=', version)
      .where('project_id', owner === null ? 'is' : '=', owner)
      .executeTakeFirst();
    return row ? ingestRepository.known(tx, row.id) : [];
  },

  async keepTexts(tx: Tx, owner: Owner, versionId: string, texts: readonly TextRow[]): Promise<void> {
    if (texts.length === 0) return;
    await tx.sql
      .insertInto('knowledge_text')
      .values(
        texts.map(({ contentHash, text, warnings, symbols }) => ({
          project_id: owner,
          version_id: versionId,
          content_hash: contentHash,
          text,
          warnings: JSON.stringify(warnings),
          symbols: JSON.stringify(symbols),
        })),
      )
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  },

  async keepTaken(
    tx: Tx,
    owner: Owner,
    { versionId, ingestId }: { versionId: string; ingestId: string },
    pages: readonly TakenRow[],
  ): Promise<void> {
    if (pages.length === 0) return;
    await tx.sql
      .insertInto('knowledge_taken')
      .values(
        pages.map((page) => ({
          project_id: owner,
          version_id: versionId,
          ingest_id: ingestId,
          path: page.path,
          url: page.url,
          title: page.title,
          content_hash: page.contentHash,
          lines: page.lines,
          etag: page.etag,
          last_modified: page.lastModified,
          leads_to: JSON.stringify(page.leadsTo),
          taken_at: tx.now,
        })),
      )
      .onConflict((conflict) =>
        conflict.columns(['version_id', 'path']).doUpdateSet((of) => ({
          ingest_id: of.ref('excluded.ingest_id'),
          url: of.ref('excluded.url'),
          title: of.ref('excluded.title'),
          content_hash: of.ref('excluded.content_hash'),
          lines: of.ref('excluded.lines'),
          etag: of.ref('excluded.etag'),
          last_modified: of.ref('excluded.last_modified'),
          leads_to: of.ref('excluded.leads_to'),
          taken_at: of.ref('excluded.taken_at'),
        })),
      )
      .execute();
  },

  /** What the version will have: all that this ingest took, and what is gone from the source since, in the order of paths. */
  async content(tx: Tx, versionId: string, ingestId: string): Promise<ContentPage[]> {
    const { rows } = await sql<ContentPage>`
      select path, url, title, content_hash as "contentHash", lines, false as "isStale"
      from knowledge_taken where version_id = ${versionId} and ingest_id = ${ingestId}
      union all
      select path, url, title, content_hash, lines, true
      from knowledge_page as page where version_id = ${versionId} and not exists (
        select from knowledge_taken as taken
        where taken.version_id = page.version_id and taken.path = page.path and taken.ingest_id = ${ingestId}
      )
      order by 1`.execute(tx.sql);
    return rows;
  },

  texts: async (tx: Tx, versionId: string, contentHashes: readonly string[]): Promise<TextRow[]> => {
    const rows = await tx.sql
      .selectFrom('knowledge_text')
      .select(['content_hash as contentHash', 'text', 'warnings', 'symbols'])
      .where('version_id', '=', versionId)
      .where('content_hash', 'in', contentHashes)
      .execute();
    return rows.map((row) => ({ ...row, symbols: row.symbols as TakenSymbol[] }));
  },

  /** How what was taken differs from what is served; see `suspicion.ts`. */
  async difference(tx: Tx, versionId: string, ingestId: string) {
    const { rows } = await sql<{ served: number; vanished: number; taken: number; newlyWarned: number }>`
      with served as (
        select page.path, exists (
          select from knowledge_text as own where own.version_id = page.version_id
            and own.content_hash = page.content_hash and own.warnings::text <> '[]') as warned
        from knowledge_page as page where page.version_id = ${versionId} and page.stale_since is null
      ), taken as (
        select page.path, exists (
          select from knowledge_text as own where own.version_id = page.version_id
            and own.content_hash = page.content_hash and own.warnings::text <> '[]') as warned
        from knowledge_taken as page where page.version_id = ${versionId} and page.ingest_id = ${ingestId}
      )
      select
        (select count(*)::int from served) as served,
        (select count(*)::int from served where path not in (select path from taken)) as vanished,
        (select count(*)::int from taken) as taken,
        (select count(*)::int from taken where warned and path not in (select path from served where warned))
          as "newlyWarned"`.execute(tx.sql);
    return rows[0]!;
  },

  /** A piece of a segment that is being packed; how many there are is known at the end, see `closeSegment`. */
  keepPiece: (tx: Tx, owner: Owner, piece: { versionId: string; stamp: string; part: number; packed: Buffer }) =>
    tx.sql
      .insertInto('knowledge_segment')
      .values({
        project_id: owner,
        version_id: piece.versionId,
        stamp: piece.stamp,
        part: piece.part,
        parts: 0,
        packed: piece.packed,
      })
      .onConflict((conflict) =>
        conflict.columns(['version_id', 'stamp', 'part']).doUpdateSet((of) => ({ packed: of.ref('excluded.packed') })),
      )
      .execute(),

  /** Every piece is there; those of an earlier try that had more are not part of it. */
  async closeSegment(tx: Tx, versionId: string, { stamp, parts }: { stamp: string; parts: number }): Promise<void> {
    await tx.sql
      .deleteFrom('knowledge_segment')
      .where('version_id', '=', versionId)
      .where('stamp', '=', stamp)
      .where('part', '>=', parts)
      .execute();
    await tx.sql
      .updateTable('knowledge_segment')
      .set({ parts })
      .where('version_id', '=', versionId)
      .where('stamp', '=', stamp)
      .execute();
  },

  /** What was taken becomes what is served; what is missing is stale from now on. */
  async mergePages(tx: Tx, versionId: string, ingestId: string): Promise<void> {
    await sql`
      insert into knowledge_page (project_id, version_id, path, url, title, content_hash, lines, etag, last_modified,
        changed_at, seen_at)
      select project_id, version_id, path, url, title, content_hash, lines, etag, last_modified, ${tx.now}, ${tx.now}
      from knowledge_taken where version_id = ${versionId} and ingest_id = ${ingestId}
      on conflict (version_id, path) do update set
        url = excluded.url, title = excluded.title, content_hash = excluded.content_hash, lines = excluded.lines,
        etag = excluded.etag, last_modified = excluded.last_modified, seen_at = excluded.seen_at, stale_since = null,
        changed_at = case when knowledge_page.content_hash = excluded.content_hash
          then knowledge_page.changed_at else excluded.changed_at end`.execute(tx.sql);
    await sql`
      update knowledge_page as page set stale_since = ${tx.now}
      where version_id = ${versionId} and stale_since is null and not exists (
        select from knowledge_taken as taken
        where taken.version_id = page.version_id and taken.path = page.path and taken.ingest_id = ${ingestId}
      )`.execute(tx.sql);
    await tx.sql.deleteFrom('knowledge_taken').where('version_id', '=', versionId).execute();
  },

  /** Marks the texts that no page has any more, and unmarks those that one has again. */
  async markReplaced(tx: Tx, versionId: string): Promise<void> {
    await sql`
      update knowledge_text as kept set replaced_at = case when replaced_at is null then ${tx.now}::timestamptz end
      where version_id = ${versionId} and (replaced_at is null) <> exists (
        select from knowledge_page as page
        where page.version_id = kept.version_id and page.content_hash = kept.content_hash
      )`.execute(tx.sql);
  },

  async publish(tx: Tx, versionId: string, is: Published): Promise<void> {
    await tx.sql
      .updateTable('knowledge_version')
      .set((of) => ({
        provenance: is.provenance,
        source: JSON.stringify(is.source),
        title: is.title,
        stamp: is.stamp,
        source_state: is.sourceState ?? null,
        pages: is.pages,
        stale_pages: is.stalePages,
        chunks: is.chunks,
        symbols: is.symbols,
        coverage: is.coverage && JSON.stringify(is.coverage),
        ready_at: of.fn.coalesce('ready_at', of.val(tx.now)),
        checked_at: tx.now,
      }))
      .where('id', '=', versionId)
      .execute();
    await tx.sql
      .deleteFrom('knowledge_segment')
      .where('version_id', '=', versionId)
      .where('stamp', '<>', is.stamp)
      .execute();
  },

  noteChecked: (tx: Tx, versionId: string, sourceState: string | undefined) =>
    tx.sql
      .updateTable('knowledge_version')
      .set({ checked_at: tx.now, source_state: sourceState ?? null })
      .where('id', '=', versionId)
      .execute(),

  /** What the look before this one said of its pages holds; what an earlier run of this one took is of no use. */
  async noteUnchanged(tx: Tx, { ingestId }: Hold, versionId: string): Promise<void> {
    await sql`
      update knowledge_ingest as now set
        pages_done = version.pages, pages_expected = version.pages, pages_unchanged = version.pages,
        chunks = version.chunks, symbols = version.symbols,
        skipped = coalesce((
          select former.skipped from knowledge_ingest as former
          where former.version_id = version.id and former.status = 'done'
            and former.project_id is not distinct from version.project_id
          order by former.id desc limit 1
        ), now.skipped)
      from knowledge_version as version
      where now.id = ${ingestId} and version.id = ${versionId}`.execute(tx.sql);
    const taken = await tx.sql
      .selectFrom('knowledge_taken')
      .select('path')
      .where('version_id', '=', versionId)
      .limit(1)
      .execute();
    if (taken.length > 0) await ingestRepository.dropTaken(tx, versionId);
  },

  /** What was taken of a version and is not to be served; texts that nobody ever saw go with it. */
  async dropTaken(tx: Tx, versionId: string): Promise<void> {
    await tx.sql.deleteFrom('knowledge_taken').where('version_id', '=', versionId).execute();
    await sql`
      delete from knowledge_text as kept
      where version_id = ${versionId} and replaced_at is null and not exists (
        select from knowledge_page as page
        where page.version_id = kept.version_id and page.content_hash = kept.content_hash
      )`.execute(tx.sql);
  },

  /** Open ones that nobody has been heard of for long; their message must have been lost. */
  stranded: (tx: Tx, before: Date): Promise<{ id: string; owner: Owner }[]> =>
    tx.sql
      .selectFrom('knowledge_ingest')
      .select(['id', 'project_id as owner'])
      .where('status', 'in', openStatuses)
      .where((of) => of(of.fn.coalesce('beat_at', 'created_at'), '<', before))
      .limit(500)
      .execute(),

  dueSources: (tx: Tx, limit: number) =>
    tx.sql
      .selectFrom('knowledge_source')
      .select(['id', 'project_id as projectId'])
      .where('next_at', '<=', tx.now)
      .orderBy('next_at')
      .limit(limit)
      .execute(),

  /** Moves a source's time on; undefined when it is not due any more. */
  async takeDueSource(tx: Tx, id: string, nextAt: Date) {
    const row = await tx.sql
      .updateTable('knowledge_source')
      .set({ next_at: nextAt })
      .where('id', '=', id)
      .where('next_at', '<=', tx.now)
      .returning(['id', 'library', 'version', 'source'])
      .executeTakeFirst();
    return row && { ...row, source: row.source as DocSource };
  },

  /**
   * Versions of the public corpus that somebody was served of lately and that were not compared with their source for long. What a
   * package is does not change under its version.
   */
  async duePublic(tx: Tx, { checkedBefore, usedSince, triedBefore, limit }: DuePublic) {
    const { rows } = await sql<{ library: string; version: string; source: DocSource }>`
      select library, version, source from knowledge_version as due
      where project_id is null and ready_at is not null and checked_at < ${checkedBefore}
        and provenance <> 'official-package'
        and exists (select from knowledge_served where version_id = due.id and last_at > ${usedSince})
        and not exists (
          select from knowledge_ingest as tried where tried.project_id is null and tried.library = due.library
            and tried.version = due.version and tried.created_at > ${triedBefore}
        )
      order by checked_at limit ${limit}`.execute(tx.sql);
    return rows;
  },

  /** Deletes at most so many rows that have had their time; see `expire.ts`. */
  async removeEnded(tx: Tx, before: Date, limit: number): Promise<number> {
    const { numAffectedRows } = await sql`
      delete from knowledge_ingest where id in (
        select id from knowledge_ingest where ended_at < ${before} order by ended_at limit ${limit})`.execute(tx.sql);
    return Number(numAffectedRows ?? 0n);
  },

  async removeAsked(tx: Tx, before: Date): Promise<number> {
    const { numDeletedRows } = await tx.sql.deleteFrom('knowledge_asked').where('at', '<', before).executeTakeFirst();
    return Number(numDeletedRows);
  },

  async removeReplacedTexts(tx: Tx, before: Date, limit: number): Promise<number> {
    const { numAffectedRows } = await sql`
      delete from knowledge_text where (version_id, content_hash) in (
        select version_id, content_hash from knowledge_text where replaced_at < ${before}
        order by replaced_at limit ${limit})`.execute(tx.sql);
    return Number(numAffectedRows ?? 0n);
  },

  /** The versions that had them are read and built without them at their next look. */
  async removeStalePages(tx: Tx, before: Date, limit: number): Promise<number> {
    const { rows } = await sql<{ n: number }>`
      with gone as (
        delete from knowledge_page where (version_id, path) in (
          select version_id, path from knowledge_page where stale_since < ${before}
          order by stale_since limit ${limit})
        returning version_id
      ), looked_at_anew as (
        update knowledge_version set source_state = null where id in (select version_id from gone)
      )
      select count(*)::int as n from gone`.execute(tx.sql);
    return rows[0]!.n;
  },

  /** Versions of which something was taken long ago, and nobody goes on with it. */
  abandoned: (tx: Tx, before: Date, limit: number): Promise<{ id: string; isReady: boolean }[]> =>
    tx.sql
      .selectFrom('knowledge_version as version')
      .select(['version.id', sql<boolean>`ready_at is not null`.as('isReady')])
      .where(({ or, and, exists, selectFrom, eb }) =>
        or([
          and([eb('ready_at', 'is', null), eb('version.created_at', '<', before)]),
          exists(
            selectFrom('knowledge_taken as taken')
              .select('taken.path')
              .whereRef('taken.version_id', '=', 'version.id')
              .where('taken.taken_at', '<', before),
          ),
        ]),
      )
      .where(({ not, exists, selectFrom }) =>
        not(
          exists(
            selectFrom('knowledge_ingest as open')
              .select('open.id')
              .whereRef('open.version_id', '=', 'version.id')
              .where('open.status', 'in', openStatuses),
          ),
        ),
      )
      .limit(limit)
      .execute(),

  removeVersion: (tx: Tx, id: string) => tx.sql.deleteFrom('knowledge_version').where('id', '=', id).execute(),
};

interface DuePublic {
  checkedBefore: Date;
  usedSince: Date;
  triedBefore: Date;
  limit: number;
}
