import type { Handlers, searchKnowledge, SearchAnswer, SearchRequest, SearchResult } from '@whetstone/shared/contract';
import { WhetstoneError } from '@whetstone/shared/errors';
import { citationIdOf, searchSegment, type Segment } from '@whetstone/shared/knowledge';
import type { Ctx } from '../../../context.ts';
import type { Nearest, NearestPassages } from '../meaning/nearest.ts';
import { mergeHits, type Found, type MergedHit } from './merge-hits.ts';
import { nearestNames } from './nearest-names.ts';
import { meaningNote, noteOf, unknownNote } from './notes.ts';
import { planSearch, type Aliases, type Plan } from './plan-search.ts';
import type { SegmentStore } from './segment-store.ts';
import type { ServedLog } from './served-log.ts';
import { sha256 } from '../sha256.ts';
import type { VisibleVersion, VisibleVersions } from './visible-versions.ts';

/** Whether a version that is not here is being fetched, or is from now on; undefined where it is not. */
export type WantVersion = (
  projectId: string,
  library: string,
  version: string,
) => Promise<{ id: string; status: string } | undefined>;

export interface SearchDependencies {
  versions: VisibleVersions;
  segments: SegmentStore;
  served: Pick<ServedLog, 'add'>;
  aliases: Aliases;
  wantVersion: WantVersion | undefined;
  /** Absent where nothing is searched by meaning. */
  findNear: NearestPassages | undefined;
}

interface FoundAll {
  found: Found[];
  near: Nearest | undefined;
}

type Search = Pick<Handlers<typeof searchKnowledge, Ctx>, 'searchKnowledge'>;

export const searchService = (dependencies: SearchDependencies): Search => {
  const { versions, segments, served, aliases, wantVersion, findNear } = dependencies;

  async function searchAll(ctx: Ctx, plan: Plan, request: SearchRequest): Promise<FoundAll | undefined> {
    const copies = plan.targets.flatMap((target) => target.copies);
    // All copies are asked side by side, and before any segment is loaded: that may hold this process up for longer than they may take.
    const near = copies.length === 0 ? undefined : await findNear?.(ctx.projectId, request.query, copies);
    const found: Found[] = [];
    // One after the other: loading many at once would take the memory of all of them together.
    for (const version of copies) {
      const segment = await segments.of(ctx, version);
      if (!segment) return undefined;
      const chunks = near && (await chunksNear(version, segment, near));
      found.push({ version, hits: searchSegment(segment, request, chunks) });
    }
    return { found, near };
  }

  /** The chunks by their names. A name that the version does not have is no passage of it, whoever says so. */
  async function chunksNear(version: VisibleVersion, segment: Segment, near: Nearest): Promise<number[]> {
    const names = near.found.get(version.id);
    if (!names) return [];
    const passages = await segments.passages(version, segment);
    const chunks = names.map((name) => passages.get(name)).filter((chunk) => chunk !== undefined);
    if (chunks.length > 0 || names.length === 0) return chunks;
    near.found.delete(version.id);
    near.missed.set(version.id, 'nonsense');
    return [];
  }

  /** What was read of the versions may be a second old: where one has another content by now, they are read again. */
  async function search(ctx: Ctx, request: SearchRequest) {
    for (const read of [versions.of, versions.readAgain]) {
      const visible = await read(ctx);
      const plan = planSearch(request, visible, aliases);
      const all = plan && (await searchAll(ctx, plan, request));
      if (!plan || all) return { visible, plan, all };
    }
    throw new WhetstoneError('unavailable', 'the documentation is changing right now; ask again in a moment');
  }

  return {
    async searchKnowledge(ctx, request): Promise<SearchAnswer> {
      const { visible, plan, all } = await search(ctx, request);
      if (!plan || !all) {
        const library = request.library!;
        const alike = nearestNames(library, [...visible.versions.map((one) => one.library), ...aliases.keys()]);
        const nearest = [...new Set(alike.map((name) => aliases.get(name) ?? name))];
        const ingest = await wantVersion?.(ctx.projectId, library, request.version ?? 'latest');
        return {
          ...empty,
          versionAsked: request.version ?? null,
          note: unknownNote(library, nearest, ingest !== undefined),
          nearest,
          ingest: ingest ?? null,
        };
      }
      const results = mergeHits(all.found, request).map(resultOf);
      for (const { versionId, ...result } of results) served.add(ctx.projectId, { ...citedOf(result), versionId });
      const [only] = plan.targets.length === 1 ? plan.targets : [];
      const ingest =
        only && !only.isAsked && only.asked !== undefined
          ? await wantVersion?.(ctx.projectId, only.library, only.asked)
          : undefined;
      return {
        ...empty,
        results: results.map(({ versionId: _, ...result }) => result),
        library: only?.library ?? null,
        versionAsked: request.version ?? null,
        versionAnswered: only?.answered ?? null,
        mode: all.near && all.near.found.size > 0 ? 'hybrid' : 'lexical',
        note:
          [noteOf(plan, ingest !== undefined), all.near && meaningNote(plan, all.near)].filter(Boolean).join(' ') ||
          null,
        ingest: ingest ?? null,
        dataAt: oldest(plan),
      };
    },
  };
};

const empty: SearchAnswer = {
  results: [],
  library: null,
  versionAsked: null,
  versionAnswered: null,
  mode: 'lexical',
  source: 'cloud',
  note: null,
  nearest: [],
  ingest: null,
  dataAt: null,
};

const citedOf = ({ citationId, library, version, path, startLine, endLine, contentHash }: SearchResult) => ({
  citationId,
  library,
  version,
  path,
  startLine,
  endLine,
  contentHash,
});

function resultOf({ chunk, page, relevance, version }: MergedHit): SearchResult & { versionId: string } {
  const { startLine, endLine, contentHash } = chunk;
  const place = {
    library: version.library,
    version: version.version,
    path: page.path,
    startLine,
    endLine,
    contentHash,
  };
  return {
    ...place,
    snippet: chunk.text,
    url: chunk.anchor ? `${page.url}#${chunk.anchor}` : page.url,
    relevance,
    title: page.title,
    heading: chunk.trail.join(' > '),
    citationId: citationIdOf(place, sha256),
    trust: 'untrusted-documentation',
    provenance: version.provenance,
    symbol: chunk.symbol
      ? {
          name: chunk.symbol.name,
          signature: chunk.symbol.signature,
          deprecated: chunk.symbol.deprecated ?? null,
        }
      : null,
    warnings: [...chunk.warnings],
    stale: page.isStale,
    versionId: version.id,
  };
}

function oldest({ targets }: Plan): string | null {
  const times = targets.flatMap(({ copies }) => copies.map(({ checkedAt }) => checkedAt?.getTime() ?? 0));
  const least = Math.min(...times);
  return times.length === 0 || least === 0 ? null : new Date(least).toISOString();
}
