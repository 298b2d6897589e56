import type { Ingest, Library, LibraryVersion, Source } from '@whetstone/shared/contract';
import { compareVersions } from '@whetstone/shared/knowledge';
import type { CatalogueEntry } from '../catalogue/libraries.ts';
import type { IngestRow } from '../ingest/repository.ts';
import type { SourceRow, VersionRow } from './repository.ts';

export const ingestView = (row: IngestRow): Ingest => ({
  id: row.id,
  library: row.library,
  version: row.version,
  source: row.source,
  status: row.status,
  step: row.step,
  pagesDone: row.pagesDone,
  pagesExpected: row.pagesExpected,
  pagesUnchanged: row.pagesUnchanged,
  chunks: row.chunks,
  symbols: row.symbols,
  skipped: row.skipped,
  failure: row.failure,
  startedAt: row.startedAt?.toISOString() ?? null,
  endedAt: row.endedAt?.toISOString() ?? null,
});

export const sourceView = (row: SourceRow, lastIngest: IngestRow | undefined): Source => ({
  id: row.id,
  library: row.library,
  version: row.version,
  source: row.source,
  refresh: row.refresh,
  lastIngest: lastIngest ? ingestView(lastIngest) : null,
  createdAt: row.createdAt.toISOString(),
});

/** Of each library what can be searched, and of those of the catalogue what could be. */
export function librariesOf(
  versions: readonly VersionRow[],
  catalogue: readonly CatalogueEntry[],
  reasons: ReadonlyMap<string, string>,
  space?: string,
): Library[] {
  const shown = withoutHidden(versions);
  const names = new Set([...catalogue.map(({ library }) => library), ...shown.map(({ library }) => library)]);
  return [...names].toSorted().map((library) => {
    const own = shown
      .filter((row) => row.library === library)
      .toSorted((a, b) => compareVersions(b.version, a.version));
    const entry = catalogue.find((each) => each.library === library);
    return {
      library,
      title: entry?.title ?? own[0]!.title,
      versions: own.map((row) => versionView(row, space)),
      catalogue: entry ? { source: entry.sourceOf('latest'), reason: reasons.get(library) ?? null } : null,
    };
  });
}

/** A project's own version stands before the public one of the same name. */
const withoutHidden = (versions: readonly VersionRow[]) => {
  const own = new Set(versions.flatMap((row) => (row.owner === null ? [] : [`${row.library}@${row.version}`])));
  return versions.filter((row) => row.owner !== null || !own.has(`${row.library}@${row.version}`));
};

const versionView = (row: VersionRow, space: string | undefined): LibraryVersion => ({
  version: row.version,
  owner: row.owner === null ? 'public' : 'project',
  provenance: row.provenance,
  source: row.source,
  pages: row.pages,
  stalePages: row.stalePages,
  chunks: row.chunks,
  symbols: row.symbols,
  coverage: row.coverage,
  readyAt: row.readyAt.toISOString(),
  checkedAt: row.checkedAt.toISOString(),
  vectors: space === undefined ? null : { space, ready: row.hasVectors, failure: row.vectorsFailure },
});
