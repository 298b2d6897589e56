import type { DocPage } from '@whetstone/shared/contract';
import { useMemo } from 'preact/hooks';
import { useLocation, useRoute } from 'preact-iso';
import { useQuery } from '../../api/use-query.ts';
import { useRowKeys } from '../../evals/row-keys.ts';
import { StaleNote } from '../../evals/stale-note.tsx';
import { useProject } from '../../live/project.tsx';
import { useNow } from '../../live/use-now.ts';
import { EmptyState, SkeletonLines } from '../../ui/states.tsx';
import { Table } from '../../ui/table.tsx';
import { DocsPage } from '../docs-page.tsx';
import { FilterBox } from '../filter-box.tsx';
import { NotThere } from '../not-there.tsx';
import { libraryPath, versionPath } from '../paths.ts';
import { SearchForm } from '../search/search-form.tsx';
import { useLibraries } from '../use-libraries.ts';
import { countText } from '../words.ts';
import { pageColumnsOf } from './page-columns.tsx';
import { VersionFacts } from './version-facts.tsx';

/** One version: how whole and how fresh it is, and all its pages. */
export function VersionPage() {
  const { library = '', version = '' } = useRoute().params;
  const { api } = useProject();
  const { url } = useLocation();
  const nowMs = useNow();
  const text = new URL(url, location.origin).searchParams.get('q') ?? '';
  const { query: libraries } = useLibraries();
  const { query, reload } = useQuery(
    (signal) => api.readDocs({ library, version }, { signal }),
    [api, library, version],
  );
  const docs = query.state === 'ready' ? query.data : undefined;
  const known = libraries.state === 'ready' ? libraries.data : none;
  const facts =
    docs &&
    known.find((each) => each.library === docs.library)?.versions.find((each) => each.version === docs.versionAnswered);
  const pages = useMemo(() => fitting(docs?.pages ?? none, text), [docs, text]);
  const answered = docs?.versionAnswered ?? version;
  const columns = useMemo(() => pageColumnsOf(docs?.library ?? library, answered), [docs, library, answered]);
  useRowKeys();
  return (
    <DocsPage
      title={`${library}@${version}`}
      isCode
      up={{ href: libraryPath(library), label: library }}
      actions={
        <SearchForm
          key={`${library} ${version}`}
          asked={{ query: '', library, version }}
          libraries={known}
          shortcut="s"
        />
      }
    >
      {query.state === 'failed' && (
        <NotThere what="The pages could not be loaded" error={query.error} onRetry={reload} />
      )}
      {query.state === 'loading' && <SkeletonLines widths={[40, 50, 30]} />}
      {query.state === 'ready' && <StaleNote error={query.error} />}
      {docs && docs.versionAnswered !== version && (
        <p class="mb-3 text-sm">
          {version} was asked for; this is{' '}
          <a href={versionPath(docs.library, docs.versionAnswered)} class="font-mono text-accent underline">
            {docs.library}@{docs.versionAnswered}
          </a>
          .
        </p>
      )}
      {facts && docs && <VersionFacts of={facts} library={docs.library} nowMs={nowMs} />}
      {query.state !== 'failed' && (
        <div class="mb-2 flex flex-wrap items-center gap-3">
          <FilterBox
            label="Filter pages"
            placeholder="Filter by path or title"
            value={text}
            at={versionPath(library, version)}
          />
          <span role="status" class="text-sm text-muted tabular-nums">
            {docs &&
              (text === ''
                ? `${countText(docs.pages.length)} pages`
                : `${countText(pages.length)} of ${countText(docs.pages.length)} pages`)}
          </span>
        </div>
      )}
      {(query.state === 'loading' || pages.length > 0) && (
        <Table
          caption="Pages"
          columns={columns}
          rows={pages}
          keyOf={({ path }) => path}
          question={`${library} ${version} ${text}`}
          loading={query.state === 'loading' ? 8 : 0}
        />
      )}
      {docs && pages.length === 0 && (
        <EmptyState title={text === '' ? 'It has no pages' : 'No page fits'}>
          {text !== '' && <p>Neither a path nor a title has this in it.</p>}
        </EmptyState>
      )}
    </DocsPage>
  );
}

const none: readonly never[] = [];

function fitting(pages: readonly DocPage[], text: string): readonly DocPage[] {
  const wanted = text.trim().toLowerCase();
  if (wanted === '') return pages;
  return pages.filter(({ path, title }) => path.toLowerCase().includes(wanted) || title.toLowerCase().includes(wanted));
}
