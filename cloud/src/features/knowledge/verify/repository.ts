import { sql } from 'kysely';
import type { ProjectTx } from '../../../platform/db/database.ts';
import type { DayCount } from '../search/day-counts.ts';
import type { Place } from './place.ts';

/** A page as a version has it now. */
export interface CurrentPage {
  versionId: string;
  path: string;
  lines: number;
  text: string;
  isStale: boolean;
}

/** Former texts of a version that are looked through for one quote. */
const mostFormerTexts = 50;

const pageQuery = ({ sql: trx }: ProjectTx) =>
  trx
    .selectFrom('knowledge_page as page')
    .innerJoin('knowledge_text as said', (join) =>
      join.onRef('said.version_id', '=', 'page.version_id').onRef('said.content_hash', '=', 'page.content_hash'),
    )
    .select(['page.version_id', 'page.path', 'page.lines', 'said.text', 'page.stale_since']);

export const verifyRepository = {
  async served({ sql: trx, projectId }: ProjectTx, citationIds: readonly string[]): Promise<Map<string, Place>> {
    if (citationIds.length === 0) return new Map();
    const rows = await trx
      .selectFrom('knowledge_served')
      .select(['citation_id', 'version_id', 'library', 'version', 'path', 'start_line', 'end_line', 'content_hash'])
      .where('project_id', '=', projectId)
      .where('citation_id', 'in', citationIds)
      .execute();
    return new Map(
      rows.map((row) => [
        row.citation_id,
        {
          versionId: row.version_id,
          library: row.library,
          version: row.version,
          path: row.path,
          passage: { startLine: row.start_line, endLine: row.end_line, contentHash: row.content_hash },
        },
      ]),
    );
  },

  /** Of some versions, the page of this path. */
  async pages(tx: ProjectTx, versionIds: readonly string[], path: string): Promise<CurrentPage[]> {
    if (versionIds.length === 0) return [];
    const rows = await pageQuery(tx).where('page.version_id', 'in', versionIds).where('page.path', '=', path).execute();
    return rows.map(currentPage);
  },

  /** Which pages have one of these addresses. */
  async pagesAt({ sql: trx }: ProjectTx, urls: readonly string[]) {
    if (urls.length === 0) return [];
    const rows = await trx
      .selectFrom('knowledge_page')
      .select(['version_id', 'path', 'url'])
      .where('url', 'in', urls)
      .execute();
    return rows.map((row) => ({ versionId: row.version_id, path: row.path, url: row.url }));
  },

  /** Texts that pages of a version had and have no more, those with this word in them. */
  async formerTexts({ sql: trx }: ProjectTx, versionId: string, word: string): Promise<string[]> {
    const rows = await trx
      .selectFrom('knowledge_text as former')
      .select('former.text')
      .where('former.version_id', '=', versionId)
      .where((row) =>
        row.not(
          row.exists(
            row
              .selectFrom('knowledge_page as page')
              .select('page.path')
              .whereRef('page.version_id', '=', 'former.version_id')
              .whereRef('page.content_hash', '=', 'former.content_hash'),
          ),
        ),
      )
      .where(sql<boolean>`strpos(lower(former.text), lower(${word}::text)) > 0`)
      .limit(mostFormerTexts)
      .execute();
    return rows.map(({ text }) => text);
  },

  /** From a day on, that day included. */
  async counts({ sql: trx, projectId }: ProjectTx, from: string): Promise<DayCount[]> {
    const { rows } = await sql<DayCount>`
      select to_char(day, 'YYYY-MM-DD') as day, library, version, verdict as outcome, n
      from knowledge_checked where project_id = ${projectId} and day >= ${from}::date
      order by day, library, version, verdict`.execute(trx);
    return rows;
  },
};

const currentPage = (row: {
  version_id: string;
  path: string;
  lines: number;
  text: string;
  stale_since: Date | null;
}): CurrentPage => ({
  versionId: row.version_id,
  path: row.path,
  lines: row.lines,
  text: row.text,
  isStale: row.stale_since !== null,
});
