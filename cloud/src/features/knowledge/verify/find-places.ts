import { citationIdOf, compareVersions, type Segment } from '@whetstone/shared/knowledge';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Ctx } from '../../../context.ts';
import type { SegmentStore } from '../search/segment-store.ts';
import { sha256 } from '../sha256.ts';
import type { Visible, VisibleVersion } from '../search/visible-versions.ts';
import type { Place } from './place.ts';
import { verifyRepository } from './repository.ts';

/** What one request may have looked through for ids that were served by nobody here. */
const mostChunks = 300_000;
const restEvery = 2_000;

/** Where citations point: what was served is known; an id that was minted without us is that of a passage that has it. */
export async function placesOfIds(
  ctx: Ctx,
  { ids, visible, segments }: { ids: readonly string[]; visible: Visible; segments: SegmentStore },
): Promise<Map<string, Place>> {
  const places = await ctx.transaction((tx) => verifyRepository.served(tx, ids));
  const missing = new Set(ids.filter((id) => !places.has(id) && /^[0-9a-f]{20}$/.test(id)));
  let left = mostChunks;
  for (const version of likeliestFirst(visible)) {
    if (missing.size === 0 || left < version.chunks) break;
    left -= version.chunks;
    const segment = await segments.of(ctx, version);
    if (segment) await findIn(segment, { version, missing, places });
  }
  return places;
}

async function findIn(
  { chunks, pages }: Segment,
  { version, missing, places }: { version: VisibleVersion; missing: Set<string>; places: Map<string, Place> },
) {
  for (const [at, { page, startLine, endLine, contentHash }] of chunks.entries()) {
    if (at % restEvery === restEvery - 1) await nextTurn();
    const { path } = pages[page]!;
    const about = { library: version.library, version: version.version, path };
    const passage = { startLine, endLine, contentHash };
    const id = citationIdOf({ ...about, ...passage }, sha256);
    if (missing.delete(id)) places.set(id, { ...about, versionId: version.id, passage });
    if (missing.size === 0) return;
  }
}

function likeliestFirst({ versions, lastServed }: Visible): VisibleVersion[] {
  const lately = new Set(lastServed.map(({ library }) => library));
  const rank = ({ library, isOwn }: VisibleVersion) => (lately.has(library) ? 2 : 0) + (isOwn ? 1 : 0);
  return versions.toSorted((a, b) => rank(b) - rank(a) || compareVersions(b.version, a.version));
}

/** The page of an address; where several versions have it, the newest, one's own before the public one. */
export async function placesOfUrls(
  ctx: Ctx,
  urls: readonly string[],
  { versions }: Visible,
): Promise<Map<string, Place>> {
  const forms = new Map(urls.map((url) => [url, formsOf(url)]));
  const rows = await ctx.transaction((tx) => verifyRepository.pagesAt(tx, [...new Set([...forms.values()].flat())]));
  const byId = new Map(versions.map((version) => [version.id, version]));
  const places = new Map<string, Place>();
  for (const [url, accepted] of forms) {
    const [best] = rows
      .filter((row) => accepted.includes(row.url) && byId.has(row.versionId))
      .map((row) => ({ path: row.path, of: byId.get(row.versionId)! }))
      .toSorted((a, b) => compareVersions(b.of.version, a.of.version) || Number(b.of.isOwn) - Number(a.of.isOwn));
    if (!best) continue;
    const { id, library, version } = best.of;
    places.set(url, { versionId: id, library, version, path: best.path, passage: undefined });
  }
  return places;
}

/** As it was published: without a heading's anchor, with or without the slash at its end. */
function formsOf(url: string): string[] {
  const page = url.replace(/#.*$/s, '');
  return [page, page.endsWith('/') ? page.slice(0, -1) : `${page}/`];
}
