import type { DocSource, Provenance } from '@whetstone/shared/contract';
import { sql } from 'kysely';
import type { ProjectTx } from '../../../platform/db/database.ts';
import { ingestRepository, type IngestRow } from '../ingest/repository.ts';
import type { Owner } from '../ingest/scope.ts';
import type { VectorPlace } from '../meaning/meaning.ts';

export interface VersionRow {
  owner: Owner;
  library: string;
  version: string;
  title: string;
  provenance: Provenance;
  source: DocSource;
  pages: number;
  stalePages: number;
  chunks: number;
  symbols: number;
  coverage: { expected: number; found: number; missing: string[] } | null;
  readyAt: Date;
  checkedAt: Date;
  hasVectors: boolean;
  /** Why the last try to make them failed. */
  vectorsFailure: string | null;
}

export interface SourceRow {
  id: string;
  library: string;
  version: string | null;
  source: DocSource;
  refresh: 'weekly' | 'never';
  createdAt: Date;
}

const sourceColumns = ['id', 'library', 'version', 'source', 'refresh', 'created_at as createdAt'] as const;

// What is in these columns went through the contract's schema on its way in.
const sourceOf = (row: Omit<SourceRow, 'source' | 'refresh'> & { source: unknown; refresh: string }): SourceRow => ({
  ...row,
  source: row.source as DocSource,
  refresh: row.refresh as SourceRow['refresh'],
});

export const libraryRepository = {
  /** All that a project can search: its own, and the public corpus. */
  async versions(tx: ProjectTx, place?: VectorPlace): Promise<VersionRow[]> {
    const rows = await tx.sql
      .selectFrom('knowledge_version')
      .leftJoin('knowledge_vectors as kept', (join) =>
        join
          .onRef('kept.version_id', '=', 'knowledge_version.id')
          .on('kept.space', '=', place?.space ?? '')
          .on('kept.engine', '=', place?.engine ?? ''),
      )
      .select([
        'kept.failure as vectorsFailure',
        sql<boolean>`kept.stamp is not null and kept.stamp = knowledge_version.stamp`.as('hasVectors'),
        'knowledge_version.project_id as owner',
        'library',
        'version',
        'title',
        'provenance',
        'source',
        'pages',
        'stale_pages as stalePages',
        'chunks',
        'symbols',
        'coverage',
        'knowledge_version.ready_at as readyAt',
        'checked_at as checkedAt',
      ])
      .where((of) =>
        of.or([of('knowledge_version.project_id', '=', tx.projectId), of('knowledge_version.project_id', 'is', null)]),
      )
      .where('knowledge_version.ready_at', 'is not', null)
      .$narrowType<{ readyAt: Date; checkedAt: Date }>()
      .execute();
    return rows.map((row) => ({
      ...row,
      source: row.source as DocSource,
      provenance: row.provenance as Provenance,
    }));
  },

  /** Of libraries whose last ingest into the public corpus failed, why. */
  async publicFailures(tx: ProjectTx): Promise<Map<string, string>> {
    const { rows } = await sql<{ library: string; failure: string | null }>`
      select distinct on (library) library, failure from knowledge_ingest
      where project_id is null and status in ('done', 'failed') order by library, id desc`.execute(tx.sql);
    return new Map(rows.flatMap(({ library, failure }) => (failure === null ? [] : [[library, failure] as const])));
  },

  async ingests(
    tx: ProjectTx,
    { library, before, limit }: { library: string | undefined; before: string | undefined; limit: number },
  ): Promise<IngestRow[]> {
    const rows = await tx.sql
      .selectFrom('knowledge_ingest')
      .select('id')
      .where((of) => of.or([of('project_id', '=', tx.projectId), of('project_id', 'is', null)]))
      .$if(library !== undefined, (query) => query.where('library', '=', library!))
      .$if(before !== undefined, (query) => query.where('id', '<', before!))
      .orderBy('id', 'desc')
      .limit(limit)
      .execute();
    return ingestRepository.findAll(
      tx,
      rows.map(({ id }) => id),
    );
  },

  async countSources(tx: ProjectTx): Promise<number> {
    const { n } = await tx.sql
      .selectFrom('knowledge_source')
      .select(({ fn }) => fn.countAll<string>().as('n'))
      .where('project_id', '=', tx.projectId)
      .executeTakeFirstOrThrow();
    return Number(n);
  },

  async insertSource(
    tx: ProjectTx,
    source: { id: string; nextAt: Date | null } & Omit<SourceRow, 'createdAt'>,
  ): Promise<SourceRow> {
    const row = await tx.sql
      .insertInto('knowledge_source')
      .values({
        id: source.id,
        project_id: tx.projectId,
        library: source.library,
        version: source.version,
        source: JSON.stringify(source.source),
        refresh: source.refresh,
        created_at: tx.now,
        next_at: source.nextAt,
      })
      .returning(sourceColumns)
      .executeTakeFirstOrThrow();
    return sourceOf(row);
  },

  /** Newest first, below an id. */
  async sources(tx: ProjectTx, before: string | undefined, limit: number): Promise<SourceRow[]> {
    const rows = await tx.sql
      .selectFrom('knowledge_source')
      .select(sourceColumns)
      .where('project_id', '=', tx.projectId)
      .$if(before !== undefined, (query) => query.where('id', '<', before!))
      .orderBy('id', 'desc')
      .limit(limit)
      .execute();
    return rows.map(sourceOf);
  },

  async findSource(tx: ProjectTx, id: string): Promise<SourceRow | undefined> {
    const row = await tx.sql
      .selectFrom('knowledge_source')
      .select(sourceColumns)
      .where('project_id', '=', tx.projectId)
      .where('id', '=', id)
      .executeTakeFirst();
    return row && sourceOf(row);
  },

  /** Those that a project takes a library from. */
  async sourcesOf(tx: ProjectTx, library: string): Promise<SourceRow[]> {
    const rows = await tx.sql
      .selectFrom('knowledge_source')
      .select(sourceColumns)
      .where('project_id', '=', tx.projectId)
      .where('library', '=', library)
      .orderBy('id')
      .execute();
    return rows.map(sourceOf);
  },

  /** By source, the ingest that was made last of it. */
  async lastIngests(tx: ProjectTx, sourceIds: readonly string[]): Promise<Map<string, IngestRow>> {
    if (sourceIds.length === 0) return new Map();
    const { rows } = await sql<{ id: string; sourceId: string }>`
      select distinct on (source_id) id, source_id as "sourceId" from knowledge_ingest
      where project_id = ${tx.projectId} and source_id = any(${sourceIds}::uuid[])
      order by source_id, id desc`.execute(tx.sql);
    const ingests = await ingestRepository.findAll(
      tx,
      rows.map(({ id }) => id),
    );
    const byId = new Map(ingests.map((row) => [row.id, row]));
    return new Map(rows.flatMap(({ id, sourceId }) => (byId.has(id) ? [[sourceId, byId.get(id)!] as const] : [])));
  },

  removeSource: (tx: ProjectTx, id: string) =>
    tx.sql.deleteFrom('knowledge_source').where('project_id', '=', tx.projectId).where('id', '=', id).execute(),

  /** Ends what is under way from a source, before the source goes. */
  cancelIngests: (tx: ProjectTx, sourceId: string) =>
    tx.sql
      .updateTable('knowledge_ingest')
      .set({ status: 'cancelled', step: 'cancelled', failure: 'its source was deleted', ended_at: tx.now })
      .where('project_id', '=', tx.projectId)
      .where('source_id', '=', sourceId)
      .where('status', 'in', ['queued', 'running'])
      .execute(),

  /** What was taken from a source, with all that belongs to it but its vectors. Resolves with the ids. */
  async removeVersions(tx: ProjectTx, { library, source }: Pick<SourceRow, 'library' | 'source'>): Promise<string[]> {
    const rows = await tx.sql
      .deleteFrom('knowledge_version')
      .where('project_id', '=', tx.projectId)
      .where('library', '=', library)
      .where(sql<string>`source::text`, '=', JSON.stringify(source))
      .returning('id')
      .execute();
    return rows.map(({ id }) => id);
  },
};
