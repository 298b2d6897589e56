import { useMemo } from 'preact/hooks';
import { useLocation, useRoute } from 'preact-iso';
import { useQuery } from '../../api/use-query.ts';
import { StaleNote } from '../../evals/stale-note.tsx';
import { useProject } from '../../live/project.tsx';
import { SkeletonLines } from '../../ui/states.tsx';
import { DocsPage } from '../docs-page.tsx';
import { NotThere } from '../not-there.tsx';
import { OutwardLink } from '../outward-link.tsx';
import { linesOf, linesText, pagePath, versionPath } from '../paths.ts';
import { SearchForm } from '../search/search-form.tsx';
import { useLibraries } from '../use-libraries.ts';
import { Warnings } from '../warnings.tsx';
import { counted } from '../words.ts';
import { TextLines } from './text-lines.tsx';

/** One page of a version, line by line; the address may name the lines that are cited. */
export function DocPage() {
  const { library = '', version = '' } = useRoute().params;
  const { api } = useProject();
  const { url } = useLocation();
  const search = useMemo(() => new URL(url, location.origin).searchParams, [url]);
  const path = search.get('path') ?? '';
  const lines = linesOf(search.get('lines'));
  const { query: libraries } = useLibraries();
  const { query, reload } = useQuery(
    (signal) => api.readDocs({ library, version, path }, { signal }),
    [api, library, version, path],
  );
  const docs = query.state === 'ready' ? query.data : undefined;
  const page = docs?.page;
  return (
    <DocsPage
      title={page?.title ?? path}
      up={{ href: versionPath(library, version), label: `${library}@${version}` }}
      actions={
        <SearchForm
          key={`${library} ${version}`}
          asked={{ query: '', library, version }}
          libraries={libraries.state === 'ready' ? libraries.data : none}
          shortcut="/"
        />
      }
    >
      {query.state === 'failed' && (
        <NotThere what="The page could not be loaded" error={query.error} onRetry={reload} />
      )}
      {query.state === 'loading' && <SkeletonLines widths={[30, 70, 60, 70, 40, 65]} />}
      {query.state === 'ready' && <StaleNote error={query.error} />}
      {docs && page && (
        <>
          <p class="mb-3 flex flex-wrap gap-x-4 gap-y-1 text-sm text-muted">
            <code class="font-mono [overflow-wrap:anywhere] text-text">{page.path}</code>
            <span class="tabular-nums">{counted(page.lines, 'line')}</span>
            {docs.versionAnswered !== version && (
              <span>
                {version} was asked for; this is {docs.library}@{docs.versionAnswered}
              </span>
            )}
            {page.stale && <span class="text-warn">! stale: it is gone from its source since</span>}
            <OutwardLink url={page.url} />
          </p>
          {page.warnings.length > 0 && (
            <div class="mb-3">
              <Warnings of={page.warnings} />
            </div>
          )}
          {lines && (
            <p role="status" class="mb-3 flex flex-wrap gap-x-4 text-sm">
              {lines.from > page.lines ? (
                <span class="text-warn">
                  ! Line {linesText(lines)} was cited, and the page has {page.lines} now: it has changed since.
                </span>
              ) : (
                <span>
                  {lines.from === lines.to ? 'Line' : 'Lines'} {linesText(lines)} marked.
                </span>
              )}
              <a href={pagePath({ library, version, path })} class="text-accent underline">
                Mark nothing
              </a>
            </p>
          )}
          <TextLines label={`Text of ${page.path}`} text={page.text} marked={lines} />
        </>
      )}
    </DocsPage>
  );
}

const none: readonly never[] = [];
