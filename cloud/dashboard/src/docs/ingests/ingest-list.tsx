import type { Ingest } from '@whetstone/shared/contract';
import { useCallback, useMemo, useState } from 'preact/hooks';
import { useQuery } from '../../api/use-query.ts';
import { currentRow, useRowKeys } from '../../evals/row-keys.ts';
import { StaleNote } from '../../evals/stale-note.tsx';
import { usePolled } from '../../evals/use-polled.ts';
import { useProject } from '../../live/project.tsx';
import { useRefusal } from '../../live/rights.ts';
import { useNow } from '../../live/use-now.ts';
import { Button } from '../../ui/button.tsx';
import { EmptyState, ErrorState } from '../../ui/states.tsx';
import { Table } from '../../ui/table.tsx';
import { DocsPage } from '../docs-page.tsx';
import { isUnderWay } from '../libraries/model.ts';
import { columnsOf } from './columns.tsx';
import { FetchDialog } from './fetch-dialog.tsx';
import { useAskAgain } from './use-ask-again.ts';

const pageSize = 50;
/** While one goes on, its figures grow. */
const againMs = 1_500;
/** An agent may have asked for one. */
const lookMs = 15_000;

/** The newest first, those that go on with their progress. */
export function IngestList({ library }: { library: string | undefined }) {
  const { api } = useProject();
  const nowMs = useNow(10_000);
  const refusal = useRefusal('agent');
  const [limit, setLimit] = useState(pageSize);
  const [isFetching, setFetching] = useState(false);
  const { query, reload } = useQuery(
    (signal) => api.listIngests({ limit, ...(library && { library }) }, { signal }),
    [api, limit, library],
  );
  const rows = query.state === 'ready' ? query.data.items : none;
  const goingOn = rows.filter(isUnderWay).length;
  usePolled(query.state === 'ready', reload, goingOn > 0 ? againMs : lookMs);
  const { again, problem } = useAskAgain(reload);
  const retry = useCallback(again, [api]);
  const columns = useMemo(() => columnsOf({ nowMs, refusal, onRetry: retry }), [nowMs, refusal, retry]);
  const open = () => refusal === undefined && setFetching(true);
  useRowKeys([
    { keys: 'n', does: 'Fetch documentation', run: open },
    {
      keys: 'r',
      does: 'Try the failed one of the row again',
      run: () => {
        const failed = rows.find(({ id, status }) => id === currentRow() && status === 'failed');
        if (failed && refusal === undefined) retry(failed);
      },
    },
  ]);
  return (
    <DocsPage
      title="Ingests"
      actions={
        <Button kind="primary" disabled={refusal !== undefined} title={refusal ?? 'n'} onClick={open}>
          Fetch documentation
        </Button>
      }
    >
      {library !== undefined && (
        <p class="mb-3">
          Of <code class="font-mono">{library}</code> alone.{' '}
          <a href="/knowledge/ingests" class="underline">
            Show all
          </a>
        </p>
      )}
      {problem !== undefined && (
        <div class="mb-3">
          <ErrorState what="It was not asked for again" error={problem} />
        </div>
      )}
      {query.state === 'failed' && (
        <ErrorState what="The ingests could not be loaded" error={query.error} onRetry={reload} />
      )}
      {query.state === 'ready' && <StaleNote error={query.error} />}
      {query.state === 'ready' && rows.length === 0 && (
        <EmptyState title="Nothing was fetched yet">
          <p>
            Here one sees documentation on its way into the index, page by page. Fetch a library of the catalogue by its
            name, add a source of your own under{' '}
            <a href="/knowledge/sources" class="text-accent underline">
              Sources
            </a>
            , or let an agent ask: a version that <code class="font-mono text-sm">search_docs</code> finds missing is
            fetched by itself.
          </p>
        </EmptyState>
      )}
      {/* The figures themselves would be read out every other second. */}
      <p role="status" class="sr-only">
        {goingOn > 0 && `${goingOn} under way`}
      </p>
      {(query.state === 'loading' || rows.length > 0) && (
        <Table
          caption="Ingests"
          rows={rows}
          columns={columns}
          keyOf={({ id }) => id}
          loading={query.state === 'loading' ? 6 : 0}
        />
      )}
      {query.state === 'ready' && query.data.nextCursor !== null && (
        <p class="mt-3">
          {limit < 500 ? (
            <Button onClick={() => setLimit((held) => Math.min(500, held + pageSize))}>Show more</Button>
          ) : (
            <span class="text-muted">The newest 500.</span>
          )}
        </p>
      )}
      {isFetching && (
        <FetchDialog
          first={{ library: library ?? '', version: '', source: undefined }}
          onStarted={() => {
            setFetching(false);
            reload();
          }}
          onClose={() => setFetching(false)}
        />
      )}
    </DocsPage>
  );
}

const none: readonly Ingest[] = [];
