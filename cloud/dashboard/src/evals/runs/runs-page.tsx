import type { EvalRun, RunStatus } from '@whetstone/shared/contract';
import { useLocation } from 'preact-iso';
import { useMemo, useState } from 'preact/hooks';
import { useQuery } from '../../api/use-query.ts';
import { useProject } from '../../live/project.tsx';
import { useRefusal } from '../../live/rights.ts';
import { useNow } from '../../live/use-now.ts';
import { Button } from '../../ui/button.tsx';
import { EmptyState, ErrorState } from '../../ui/states.tsx';
import { Table } from '../../ui/table.tsx';
import { Choice } from '../choice.tsx';
import { EvalsPage } from '../evals-page.tsx';
import { isGoing } from '../is-going.ts';
import { useRowKeys } from '../row-keys.ts';
import { StaleNote } from '../stale-note.tsx';
import { usePolled } from '../use-polled.ts';
import { runColumnsAt } from './columns.tsx';
import { runFilterOf, runsAddressOf, runStatuses, type RunFilter } from './filter.ts';
import { NewRunDialog } from './new-run-dialog.tsx';

const pageSize = 50;
/** While runs go on, their figures grow. */
const againMs = 3_000;

/** Runs, newest first, those that go on with their figures so far. */
export function RunsPage() {
  const { api } = useProject();
  const { url, route } = useLocation();
  const nowMs = useNow();
  const refusal = useRefusal('agent');
  const [limit, setLimit] = useState(pageSize);
  const search = useMemo(() => new URL(url, location.origin).searchParams, [url]);
  const filter = useMemo(() => runFilterOf(search), [search]);
  const { dataset, status } = filter;
  const { query: sources } = useQuery((signal) => api.listEvalSources({}, { signal }), [api]);
  const { query, reload } = useQuery(
    (signal) => api.listEvalRuns({ limit, ...(dataset && { dataset }), ...(status && { status }) }, { signal }),
    [api, limit, dataset, status],
  );
  const runs = query.state === 'ready' ? query.data.items : none;
  const goesOn = runs.some(isGoing);
  usePolled(goesOn, reload, againMs);
  const columns = useMemo(() => runColumnsAt(nowMs), [nowMs]);
  const show = (change: Partial<RunFilter>) => route(runsAddressOf({ ...filter, ...change }), true);
  const openNew = () => refusal === undefined && route(runsAddressOf(filter, true), true);
  useRowKeys([{ keys: 'n', does: 'New run', run: openNew }]);
  const known = sources.state === 'ready' ? sources.data.items.filter(({ runs: count }) => count > 0) : [];
  const isFiltered = dataset !== undefined || status !== undefined;
  return (
    <EvalsPage
      title="Runs"
      actions={
        <>
          <Button onClick={reload}>Refresh</Button>
          <Button kind="primary" disabled={refusal !== undefined} title={refusal} onClick={openNew}>
            New run
          </Button>
        </>
      }
    >
      <div class="mb-3 flex flex-wrap items-end gap-x-4 gap-y-2">
        <Choice
          label="Data set"
          value={dataset ?? ''}
          options={[
            '',
            ...new Set([...known.map((each) => each.dataset), ...(dataset === undefined ? [] : [dataset])]),
          ]}
          onChoose={(chosen) => show({ dataset: chosen === '' ? undefined : chosen })}
        />
        <Choice
          label="Status"
          value={status ?? ''}
          options={['', ...runStatuses]}
          onChoose={(chosen) => show({ status: chosen === '' ? undefined : (chosen as RunStatus) })}
        />
      </div>
      {query.state === 'failed' && (
        <ErrorState what="The runs could not be loaded" error={query.error} onRetry={reload} />
      )}
      {query.state === 'ready' && <StaleNote error={query.error} />}
      {query.state === 'ready' && runs.length === 0 && (
        <EmptyState title={isFiltered ? 'No run fits' : 'No runs yet'}>
          {isFiltered ? (
            <a href="/runs" class="text-accent underline">
              Show all runs
            </a>
          ) : (
            <p>
              A run measures a model, an agent or recorded answers on a data set. Start one here, or let an agent do it
              with the tool <code class="font-mono">run_eval</code>.
            </p>
          )}
        </EmptyState>
      )}
      {(query.state === 'loading' || runs.length > 0) && (
        <Table
          caption="Runs of the project"
          rows={runs}
          columns={columns}
          keyOf={({ runId }) => runId}
          question={runsAddressOf(filter)}
          loading={query.state === 'loading' ? 8 : 0}
        />
      )}
      {query.state === 'ready' && query.data.nextCursor !== null && (
        <p class="mt-3 flex items-center gap-3">
          {limit < 500 ? (
            <Button onClick={() => setLimit((held) => Math.min(500, held + pageSize))}>Show more</Button>
          ) : (
            <span class="text-muted">The newest 500; choose a data set or a status to see older ones.</span>
          )}
        </p>
      )}
      {search.has('new') && refusal === undefined && (
        <NewRunDialog
          dataset={dataset}
          onClose={() => {
            route(runsAddressOf(filter), true);
            reload();
          }}
          onOpen={(runId) => route(`/runs/${runId}`)}
        />
      )}
    </EvalsPage>
  );
}

const none: readonly EvalRun[] = [];
