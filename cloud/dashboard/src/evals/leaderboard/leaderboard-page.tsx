import type { Leaderboard } from '@whetstone/shared/contract';
import { useCallback, useMemo, useState } from 'preact/hooks';
import { useLocation } from 'preact-iso';
import { useQuery } from '../../api/use-query.ts';
import { moveToRow } from '../../flags/move-to-row.ts';
import { useProject } from '../../live/project.tsx';
import { useNow } from '../../live/use-now.ts';
import { useShortcuts } from '../../shell/keyboard.tsx';
import { Button } from '../../ui/button.tsx';
import { Ranges } from '../../ui/ranges.tsx';
import { EmptyState, ErrorState } from '../../ui/states.tsx';
import { Choice } from '../choice.tsx';
import { EvalsPage } from '../evals-page.tsx';
import { StaleNote } from '../stale-note.tsx';
import { BoardTable } from './board-table.tsx';
import { addressOf, filtersOf, ranges, type Filters, type Kind } from './model.ts';
import { ParetoChart } from './pareto-chart.tsx';
import { PublishedTable } from './published-table.tsx';
import { TrendChart } from './trend-chart.tsx';

/** Who does best on a data set, how sure that is, what it costs, and how it went over time. */
export function LeaderboardPage() {
  const { api } = useProject();
  const { url, route } = useLocation();
  const nowMs = useNow();
  const [asTable, setAsTable] = useState(false);
  const filters = useMemo(() => filtersOf(new URL(url, location.origin).searchParams), [url]);
  const { query: sources, reload: reloadSources } = useQuery((signal) => api.listEvalSources({}, { signal }), [api]);
  const known = sources.state === 'ready' ? sources.data.items : [];
  const dataset = filters.dataset ?? known[0]?.dataset;
  const { range, kind, taskType } = filters;
  const { query, reload } = useQuery(
    async (signal) =>
      dataset === undefined
        ? undefined
        : api.getLeaderboard(
            { dataset, timeRange: range, ...(kind && { kind }), ...(taskType !== undefined && { taskType }) },
            { signal },
          ),
    [api, dataset, range, kind, taskType],
  );
  const board = query.state === 'ready' ? query.data : undefined;
  const show = useCallback(
    (change: Partial<Filters>) => route(addressOf({ ...filters, dataset, ...change }), true),
    [filters, dataset, route],
  );
  useShortcuts([
    { keys: 'j', does: 'Next row', run: () => moveToRow(1) },
    { keys: 'k', does: 'Row before', run: () => moveToRow(-1) },
    { keys: 'Enter', does: 'Open the row', run: () => moveToRow(1) },
    { keys: 't', does: 'Charts or tables', run: () => setAsTable(!asTable) },
  ]);
  const isLoading = sources.state === 'loading' || (dataset !== undefined && query.state === 'loading');

  return (
    <EvalsPage title="Leaderboard" actions={<Button onClick={reload}>Refresh</Button>}>
      {sources.state === 'failed' && (
        <ErrorState what="The data sets could not be loaded" error={sources.error} onRetry={reloadSources} />
      )}
      {dataset !== undefined && (
        <div class="mb-3 flex flex-wrap items-end gap-x-4 gap-y-2">
          <Choice
            label="Data set"
            value={dataset}
            options={[...new Set([dataset, ...known.map((each) => each.dataset)])]}
            onChoose={(chosen) => show({ dataset: chosen, taskType: undefined })}
          />
          <Choice
            label="Subjects"
            value={kind ?? ''}
            options={['', 'model', 'samples', 'command', 'reference', 'agent']}
            onChoose={(chosen) => show({ kind: chosen === '' ? undefined : (chosen as Kind) })}
          />
          {(taskType !== undefined || (board?.taskTypes.length ?? 0) > 1) && (
            <Choice
              label="Task type"
              value={taskType ?? ''}
              options={['', ...new Set([...(board?.taskTypes ?? []), ...(taskType === undefined ? [] : [taskType])])]}
              onChoose={(chosen) => show({ taskType: chosen === '' ? undefined : chosen })}
            />
          )}
          <Ranges ranges={ranges} chosen={range} onChoose={(chosen) => show({ range: chosen })} />
        </div>
      )}
      {query.state === 'failed' && (
        <ErrorState what="The leaderboard could not be loaded" error={query.error} onRetry={reload} />
      )}
      {query.state === 'ready' && <StaleNote error={query.error} />}
      {sources.state === 'ready' && dataset === undefined && <NothingYet />}
      {(isLoading || (board && board.items.length > 0)) && (
        <BoardTable
          rows={board?.items ?? []}
          nowMs={nowMs}
          loading={isLoading ? 6 : 0}
          question={addressOf({ ...filters, dataset })}
        />
      )}
      {board && board.items.length === 0 && (
        <EmptyState title={`Nothing was measured on ${board.dataset} in the last ${range}`}>
          <p>
            Look further back, or{' '}
            <a href={`/runs?new&${new URLSearchParams({ dataset: board.dataset })}`} class="text-accent underline">
              start a run
            </a>
            .
          </p>
        </EmptyState>
      )}
      {board && board.items.length > 0 && (
        <>
          <p class="mt-2 text-sm text-muted">
            95 % intervals; problems that were asked more than once count as clusters. Members of a group cannot be told
            apart.
            {board.datasetSha256 !== null && (
              <>
                {' '}
                Data set <code class="font-mono">{board.datasetSha256.slice(0, 12)}</code>, {board.problemCount}{' '}
                problems.
              </>
            )}
          </p>
          <p class="mt-4 flex justify-end">
            <Button aria-pressed={asTable} onClick={() => setAsTable(!asTable)}>
              Charts as tables <kbd class="font-mono text-xs text-muted max-md:hidden">t</kbd>
            </Button>
          </p>
          <div class="mt-2 grid gap-x-8 gap-y-6 xl:grid-cols-2">
            <ParetoChart rows={board.items} asTable={asTable} />
            <TrendChart board={board} asTable={asTable} />
          </div>
        </>
      )}
      {board && board.withoutVerdict.length > 0 && <WithoutVerdict subjects={board.withoutVerdict} />}
      {board && board.leftOut > 0 && (
        <p class="mt-2 text-sm text-warn">
          ! {board.leftOut} more subjects ran longer ago than these 200 and are left out: choose a kind of subject, or a
          shorter time.
        </p>
      )}
      {board && board.published.length > 0 && <PublishedTable results={board.published} />}
      {board && (
        <p class="mt-6 text-xs text-muted">
          Results that publishers state (EvalPlus, SWE-bench, Aider) are taken by{' '}
          <code class="font-mono">POST /api/eval/published</code> and shown in a table of their own.
        </p>
      )}
    </EvalsPage>
  );
}

const WithoutVerdict = ({ subjects }: { subjects: Leaderboard['withoutVerdict'] }) => (
  <p class="mt-2 text-sm text-warn">
    ! Ran without a single verdict, so that there is nothing to rank:{' '}
    {subjects.map(({ subject, counts }, i) => (
      <span key={subject.id}>
        {i > 0 && ', '}
        <span class="font-mono">{subject.label}</span> ({counts.error} errors, {counts.skipped} skipped)
      </span>
    ))}
  </p>
);

const NothingYet = () => (
  <EmptyState title="No eval has run yet">
    <p>
      This page compares models, agents and recorded answers on data sets, and says how sure that is.{' '}
      <a href="/runs?new" class="text-accent underline">
        Start a run
      </a>
      , or let an agent do it with the tool <code class="font-mono">run_eval</code>.
    </p>
  </EmptyState>
);
