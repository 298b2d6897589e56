import { useMemo } from 'preact/hooks';
import { useLocation } from 'preact-iso';
import { Part } from '../../evals/facts.tsx';
import { useRowKeys } from '../../evals/row-keys.ts';
import { StaleNote } from '../../evals/stale-note.tsx';
import { useRefusal } from '../../live/rights.ts';
import { useNow } from '../../live/use-now.ts';
import { EmptyState, ErrorState } from '../../ui/states.tsx';
import { Table } from '../../ui/table.tsx';
import { DocsPage } from '../docs-page.tsx';
import { FilterBox } from '../filter-box.tsx';
import { askedOf } from '../paths.ts';
import { SearchForm } from '../search/search-form.tsx';
import { useFetching } from '../use-fetching.ts';
import { useLibraries } from '../use-libraries.ts';
import { counted } from '../words.ts';
import { absentColumnsOf } from './absent-columns.tsx';
import { heldColumnsAt } from './held-columns.tsx';
import { absentOf, fits, heldOf } from './model.ts';
import { NothingYet } from './nothing-yet.tsx';

/** Which libraries can be searched, how whole and how fresh they are, and which others could be. */
export function LibrariesTab() {
  const { url } = useLocation();
  const nowMs = useNow();
  const refusal = useRefusal('agent');
  const { query, reload } = useLibraries();
  const { underWay, failure, fetchLibrary } = useFetching({ onDone: reload });
  const text = new URL(url, location.origin).searchParams.get('q') ?? '';
  const libraries = query.state === 'ready' ? query.data : none;
  const isLoading = query.state === 'loading';
  const held = useMemo(() => heldOf(libraries), [libraries]);
  const absent = useMemo(() => absentOf(libraries), [libraries]);
  const shownHeld = useMemo(() => held.filter((each) => fits(each, text)), [held, text]);
  const shownAbsent = useMemo(() => absent.filter((each) => fits(each, text)), [absent, text]);
  const heldColumns = useMemo(() => heldColumnsAt(nowMs), [nowMs]);
  const going = JSON.stringify([...underWay]);
  const absentColumns = useMemo(
    () => absentColumnsOf({ refusal, underWay, onFetch: (library) => fetchLibrary(library, 'latest') }),
    [refusal, going, fetchLibrary],
  );
  useRowKeys();

  return (
    <DocsPage
      title="Docs"
      actions={<SearchForm asked={askedOf(new URLSearchParams())} libraries={libraries} shortcut="s" />}
    >
      <div class="mb-3 flex flex-wrap items-center gap-3">
        <FilterBox label="Filter libraries" placeholder="Filter libraries" value={text} at="/knowledge" />
        <span role="status" class="text-sm text-muted tabular-nums">
          {query.state === 'ready' && `${counted(held.length, 'library', 'libraries')} here, ${absent.length} to fetch`}
        </span>
      </div>
      {query.state === 'failed' && (
        <ErrorState what="The libraries could not be loaded" error={query.error} onRetry={reload} />
      )}
      {query.state === 'ready' && <StaleNote error={query.error} />}
      {failure !== undefined && (
        <div class="mb-3">
          <ErrorState what={`${failure.library} is not being fetched`} error={failure.error} />
        </div>
      )}
      {query.state === 'ready' && held.length === 0 && <NothingYet />}
      {(isLoading || shownHeld.length > 0) && (
        <Table
          caption="Libraries that can be searched"
          columns={heldColumns}
          rows={shownHeld}
          keyOf={({ library }) => library}
          question={text}
          loading={isLoading ? 8 : 0}
        />
      )}
      {query.state === 'ready' && text !== '' && shownHeld.length + shownAbsent.length === 0 && (
        <EmptyState title="No library fits">
          <p>
            <a href="/knowledge" class="text-accent underline">
              Show all
            </a>{' '}
            or take documentation of your own from{' '}
            <a href="/knowledge/sources" class="text-accent underline">
              a source
            </a>
            .
          </p>
        </EmptyState>
      )}
      {shownAbsent.length > 0 && (
        <Part title="In the catalogue, not here yet">
          <Table
            caption="Libraries that can be fetched"
            columns={absentColumns}
            rows={shownAbsent}
            keyOf={({ library }) => library}
            question={text}
          />
        </Part>
      )}
    </DocsPage>
  );
}

const none: readonly never[] = [];
