import type { Regression } from '@whetstone/shared/contract';
import { useMemo, useState } from 'preact/hooks';
import { useLocation } from 'preact-iso';
import { useQuery } from '../../api/use-query.ts';
import { useProject } from '../../live/project.tsx';
import { useNow } from '../../live/use-now.ts';
import { useShortcuts } from '../../shell/keyboard.tsx';
import { useGo } from '../../shell/unsaved.tsx';
import { Button } from '../../ui/button.tsx';
import { EmptyState, ErrorState } from '../../ui/states.tsx';
import { Table } from '../../ui/table.tsx';
import { EvalsPage } from '../evals-page.tsx';
import { currentRow, useRowKeys } from '../row-keys.ts';
import { StaleNote } from '../stale-note.tsx';
import { usePolled } from '../use-polled.ts';
import { columnsAt } from './columns.tsx';
import { FilterBar } from './filter-bar.tsx';
import { addressOf, filtersOf, isGoing, openFirst } from './model.ts';

const pageSize = 50;

/** Where something got worse: what is to be looked at first, then what is settled. */
export function RegressionsPage() {
  const { api } = useProject();
  const { url, route } = useLocation();
  const go = useGo();
  const nowMs = useNow();
  const [limit, setLimit] = useState(pageSize);
  const filters = useMemo(() => filtersOf(new URL(url, location.origin).searchParams), [url]);
  const address = addressOf(filters);
  const { query, reload } = useQuery(
    async (signal) => {
      const { state, dataset, subjectId } = filters;
      const asked = { ...(dataset !== undefined && { dataset }), ...(subjectId !== undefined && { subjectId }) };
      const [open, listed] = await Promise.all([
        state === undefined || state === 'open'
          ? api.listRegressions({ ...asked, open: true, limit: 200 }, { signal })
          : nothing,
        state === 'open'
          ? nothing
          : api.listRegressions({ ...asked, ...(state !== undefined && { state }), limit }, { signal }),
      ]);
      return { items: openFirst(open.items, listed.items), hasMore: listed.nextCursor !== null };
    },
    [api, address, limit],
  );
  const rows = query.state === 'ready' ? query.data.items : none;
  usePolled(
    rows.some((each) => isGoing(each, nowMs)),
    reload,
  );
  const columns = useMemo(() => columnsAt(nowMs), [nowMs]);
  useRowKeys();
  useShortcuts([
    {
      keys: 'e',
      does: 'Open the regression of the row to act on it',
      run: () => {
        const id = currentRow();
        if (id !== undefined) go(`/regressions/${id}`);
      },
    },
  ]);
  const isFiltered = address !== '/regressions';

  return (
    <EvalsPage
      title="Regressions"
      actions={
        <>
          <Button onClick={reload}>Refresh</Button>
          <a
            href="/regressions/settings"
            class="inline-flex h-8 items-center rounded border border-line px-3 hover:bg-hover"
          >
            Settings
          </a>
        </>
      }
    >
      <FilterBar filters={filters} rows={rows} onChange={(next) => route(addressOf(next), true)} />
      {query.state === 'failed' && (
        <ErrorState what="The regressions could not be loaded" error={query.error} onRetry={reload} />
      )}
      {query.state === 'ready' && <StaleNote error={query.error} />}
      {query.state === 'ready' && rows.length === 0 && (
        <EmptyState title={isFiltered ? 'No regression fits' : 'No regressions'}>
          {isFiltered ? (
            <Button class="mt-2" onClick={() => route('/regressions', true)}>
              Clear the filters
            </Button>
          ) : (
            <p>
              Each whole run is compared with the one before it of the same subject. When it passes clearly less, both
              are run again; what holds up appears here.{' '}
              <a href="/schedules" class="underline">
                Schedule a nightly run
              </a>{' '}
              to be watched over.
            </p>
          )}
        </EmptyState>
      )}
      {(query.state === 'loading' || rows.length > 0) && (
        <Table
          caption="Regressions of the project"
          rows={rows}
          columns={columns}
          keyOf={({ id }) => id}
          question={address}
          loading={query.state === 'loading' ? 6 : 0}
        />
      )}
      {query.state === 'ready' && query.data.hasMore && limit < 500 && (
        <Button class="mt-3" onClick={() => setLimit((held) => Math.min(500, held + pageSize))}>
          Show more
        </Button>
      )}
    </EvalsPage>
  );
}

const none: readonly Regression[] = [];
const nothing: { items: Regression[]; nextCursor: string | null } = { items: [], nextCursor: null };
