import type { Provenance } from '@whetstone/shared/contract';
import {
  chunksOf,
  contentHashOf,
  packSegment,
  segmentOf,
  visibleText,
  warningsOf,
  type SegmentChunk,
} from '@whetstone/shared/knowledge';
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { v5 as uuidv5 } from 'uuid';
import type { Database, Tx } from '../../src/platform/db/database.ts';

export interface WrittenPage {
  path: string;
  text: string;
  url?: string;
  /** Gone from its source. */
  isStale?: boolean;
}

export interface WrittenDocs {
  library: string;
  version: string;
  /** Absent for the public corpus. */
  projectId?: string | undefined;
  provenance?: Provenance;
  pages: readonly WrittenPage[];
  /** Its pages are still being taken. */
  isUnderWay?: boolean;
  /** Of a piece of the packed segment. */
  pieceBytes?: number;
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const idOf = (name: string) => uuidv5(name, uuidv5.URL);

/**
 * Documentation of a version as an ingest leaves it. Written again with other pages it is what a refresh leaves: former texts
 * stay, another stamp, the segment of the former one gone. Resolves with the version's id.
 */
export function writeDocs({ asSystem }: Pick<Database, 'asSystem'>, docs: WrittenDocs): Promise<string> {
  const { library, version, projectId, provenance = 'official-site', pieceBytes = 4 * 2 ** 20 } = docs;
  const id = idOf(`${projectId ?? 'public'} ${library} ${version}`);
  const pages = docs.pages.map(({ path, text, url, isStale = false }) => {
    const shown = visibleText(text);
    return {
      path,
      text: shown,
      url: url ?? `https://docs.example/${library}/${version}/${path}`,
      title: chunksOf(shown, path)[0]?.title ?? path,
      contentHash: contentHashOf(shown, sha256),
      lines: shown.split('\n').length,
      isStale,
    };
  });
  const chunks: SegmentChunk[] = pages.flatMap((page, number) =>
    chunksOf(page.text, page.path).map(({ title: _, ...chunk }) => ({
      ...chunk,
      page: number,
      contentHash: contentHashOf(chunk.text, sha256),
      warnings: warningsOf(chunk.text),
      symbol: undefined,
    })),
  );
  const stamp = sha256(JSON.stringify([library, version, pages])).slice(0, 32);
  const segment = segmentOf({
    library,
    version,
    stamp,
    provenance,
    dataAt: new Date(0).toISOString(),
    pages: pages.map(({ text: _, ...page }) => page),
    chunks,
  });
  const packed = gzipSync(packSegment(segment));
  const parts = Math.max(1, Math.ceil(packed.length / pieceBytes));
  return asSystem(async (tx) => {
    const own = { project_id: projectId ?? null, version_id: id };
    const written = {
      stamp,
      provenance,
      pages: pages.length,
      chunks: chunks.length,
      ready_at: docs.isUnderWay ? null : tx.now,
      checked_at: tx.now,
    };
    await tx.sql
      .insertInto('knowledge_version')
      .values({
        id,
        project_id: projectId ?? null,
        library,
        version,
        source: JSON.stringify({ kind: 'directory', path: '/docs' }),
        title: library,
        coverage: null,
        created_at: tx.now,
        ...written,
      })
      .onConflict((conflict) => conflict.column('id').doUpdateSet(written))
      .execute();
    await clear(tx, id);
    for (const { path, text, url, title, contentHash, lines, isStale } of pages) {
      await tx.sql
        .insertInto('knowledge_text')
        .values({ ...own, content_hash: contentHash, text, warnings: JSON.stringify(warningsOf(text)), symbols: '[]' })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
      await tx.sql
        .insertInto('knowledge_page')
        .values({
          ...own,
          path,
          url,
          title,
          content_hash: contentHash,
          lines,
          changed_at: tx.now,
          seen_at: tx.now,
          stale_since: isStale ? tx.now : null,
        })
        .execute();
    }
    for (let part = 0; part < parts; part++)
      await tx.sql
        .insertInto('knowledge_segment')
        .values({ ...own, stamp, part, parts, packed: packed.subarray(part * pieceBytes, (part + 1) * pieceBytes) })
        .execute();
    return id;
  });
}

async function clear({ sql }: Tx, id: string) {
  await sql.deleteFrom('knowledge_page').where('version_id', '=', id).execute();
  await sql.deleteFrom('knowledge_segment').where('version_id', '=', id).execute();
}
