import { sql } from 'kysely';
import type { ProjectTx, Tx } from '../../../platform/db/database.ts';
import type { VectorPlace } from '../meaning/meaning.ts';
import { addedUp, type DayCount } from './day-counts.ts';
import type { VisibleVersion } from './visible-versions.ts';
import type { ServedCitation } from './served-log.ts';

/** A page as it is told; its text only where it was asked for. */
export interface PageRow {
  path: string;
  title: string;
  url: string;
  lines: number;
  contentHash: string;
  isStale: boolean;
}

/** What was served last of a library. */
export interface LastServed {
  library: string;
  version: string;
}

export const searchRepository = {
  /** Whole ones that the project may see: its own and the public. Where there are vectors, they lie at a place. */
  async visible({ sql: trx, projectId }: ProjectTx, place?: VectorPlace): Promise<VisibleVersion[]> {
    const rows = await trx
      .selectFrom('knowledge_version')
      .select(['id', 'project_id', 'library', 'version', 'title', 'provenance', 'stamp', 'chunks', 'checked_at'])
      .select(
        place
          ? sql<boolean>`exists (
              select from knowledge_vectors as kept where kept.version_id = knowledge_version.id
                and kept.space = ${place.space} and kept.engine = ${place.engine}
                and kept.stamp = knowledge_version.stamp
            )`.as('has_vectors')
          : sql<boolean>`false`.as('has_vectors'),
      )
      .where('ready_at', 'is not', null)
      .where('stamp', 'is not', null)
      .where((row) => row.or([row('project_id', 'is', null), row('project_id', '=', projectId)]))
      .orderBy('library')
      .orderBy('id')
      .execute();
    return rows.map((row) => ({
      id: row.id,
      isOwn: row.project_id !== null,
      library: row.library,
      version: row.version,
      title: row.title,
      provenance: row.provenance as VisibleVersion['provenance'],
      stamp: row.stamp!,
      chunks: row.chunks,
      checkedAt: row.checked_at,
      hasVectors: row.has_vectors,
    }));
  },

  /** Of the last weeks, the newest first; among the last 500 citations, since this is read once a second. */
  async lastServed({ sql: trx, projectId }: ProjectTx, since: Date): Promise<LastServed[]> {
    const { rows } = await sql<LastServed>`
      select library, version from (
        select distinct on (library) library, version, last_at from (
          select library, version, last_at from knowledge_served
          where project_id = ${projectId} and last_at >= ${since}
          order by last_at desc limit 500
        ) as lately
        order by library, last_at desc
      ) as newest
      order by last_at desc limit 5`.execute(trx);
    return rows;
  },

  /** A piece of a packed segment; one at a time, since all of them may be many megabytes. */
  async piece({ sql: trx }: Pick<Tx, 'sql'>, of: { id: string; stamp: string; part: number }) {
    return trx
      .selectFrom('knowledge_segment')
      .select(['parts', 'packed'])
      .where('version_id', '=', of.id)
      .where('stamp', '=', of.stamp)
      .where('part', '=', of.part)
      .executeTakeFirst();
  },

  async pages({ sql: trx }: ProjectTx, versionId: string): Promise<PageRow[]> {
    const rows = await trx
      .selectFrom('knowledge_page')
      .select(['path', 'title', 'url', 'lines', 'content_hash', 'stale_since'])
      .where('version_id', '=', versionId)
      .orderBy('path')
      .execute();
    return rows.map(pageOf);
  },

  async page({ sql: trx }: ProjectTx, versionId: string, path: string) {
    const row = await trx
      .selectFrom('knowledge_page')
      .innerJoin('knowledge_text', (join) =>
        join
          .onRef('knowledge_text.version_id', '=', 'knowledge_page.version_id')
          .onRef('knowledge_text.content_hash', '=', 'knowledge_page.content_hash'),
      )
      .select(['path', 'title', 'url', 'lines', 'knowledge_page.content_hash', 'stale_since', 'text', 'warnings'])
      .where('knowledge_page.version_id', '=', versionId)
      .where('path', '=', path)
      .executeTakeFirst();
    return row && { ...pageOf(row), text: row.text, warnings: row.warnings };
  },

  /** Adds to what was served before; in the order of ids, so that two servers never wait for each other. */
  async addServed({ sql: trx, projectId }: ProjectTx, served: readonly ServedCitation[]): Promise<void> {
    const sorted = served.toSorted((a, b) => (a.citationId < b.citationId ? -1 : 1));
    await trx
      .insertInto('knowledge_served')
      .values(
        sorted.map((one) => ({
          project_id: projectId,
          citation_id: one.citationId,
          version_id: one.versionId,
          library: one.library,
          version: one.version,
          path: one.path,
          start_line: one.startLine,
          end_line: one.endLine,
          content_hash: one.contentHash,
          served: one.served,
          first_at: one.firstAt,
          last_at: one.lastAt,
        })),
      )
      .onConflict((conflict) =>
        conflict.columns(['project_id', 'citation_id']).doUpdateSet((row) => ({
          served: sql<number>`knowledge_served.served + ${row.ref('excluded.served')}`,
          last_at: sql<Date>`greatest(knowledge_served.last_at, ${row.ref('excluded.last_at')})`,
        })),
      )
      .execute();
  },

  /** Adds to the counts of their days. */
  async count({ sql: trx, projectId }: ProjectTx, counts: readonly DayCount[]): Promise<void> {
    if (counts.length === 0) return;
    await trx
      .insertInto('knowledge_checked')
      .values(addedUp(counts).map(({ outcome, ...count }) => ({ project_id: projectId, verdict: outcome, ...count })))
      .onConflict((conflict) =>
        conflict
          .columns(['project_id', 'day', 'library', 'version', 'verdict'])
          .doUpdateSet((row) => ({ n: sql<number>`knowledge_checked.n + ${row.ref('excluded.n')}` })),
      )
      .execute();
  },

  async projectsServedBefore(tx: Tx, before: Date): Promise<string[]> {
    const { rows } = await sql<{ id: string }>`
      select id from project where exists (
        select from knowledge_served where project_id = project.id and last_at < ${before})`.execute(tx.sql);
    return rows.map(({ id }) => id);
  },

  /** Deletes at most so many; those that were served longest ago. */
  async removeServed({ sql: trx, projectId }: ProjectTx, before: Date, limit: number): Promise<number> {
    const { numAffectedRows } = await sql`
      delete from knowledge_served where project_id = ${projectId} and citation_id in (
        select citation_id from knowledge_served where project_id = ${projectId} and last_at < ${before}
        order by last_at limit ${limit})`.execute(trx);
    return Number(numAffectedRows ?? 0n);
  },

  async projectsCountedBefore(tx: Tx, day: string): Promise<string[]> {
    const { rows } = await sql<{ id: string }>`
      select id from project where exists (
        select from knowledge_checked where project_id = project.id and day < ${day}::date)`.execute(tx.sql);
    return rows.map(({ id }) => id);
  },

  async removeCounts({ sql: trx, projectId }: ProjectTx, day: string, limit: number): Promise<number> {
    const { numAffectedRows } = await sql`
      delete from knowledge_checked where project_id = ${projectId}
        and (day, library, version, verdict) in (
          select day, library, version, verdict from knowledge_checked
          where project_id = ${projectId} and day < ${day}::date
          order by day limit ${limit})`.execute(trx);
    return Number(numAffectedRows ?? 0n);
  },
};

const pageOf = (row: {
  path: string;
  title: string;
  url: string;
  lines: number;
  content_hash: string;
  stale_since: Date | null;
}): PageRow => ({
  path: row.path,
  title: row.title,
  url: row.url,
  lines: row.lines,
  contentHash: row.content_hash,
  isStale: row.stale_since !== null,
});
