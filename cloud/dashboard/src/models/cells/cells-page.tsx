import type { PortfolioCellView } from '@whetstone/shared/contract';
import { useCallback, useMemo, useRef } from 'preact/hooks';
import { useLocation } from 'preact-iso';
import { Choice } from '../../evals/choice.tsx';
import { useRowKeys } from '../../evals/row-keys.ts';
import { StaleNote } from '../../evals/stale-note.tsx';
import { Button } from '../../ui/button.tsx';
import { controlClass } from '../../ui/field.tsx';
import { EmptyState, ErrorState } from '../../ui/states.tsx';
import { Table, type Column } from '../../ui/table.tsx';
import { cellColumns } from '../cell-columns.tsx';
import { ModelsPage } from '../models-page.tsx';
import { NothingYet } from '../nothing-yet.tsx';
import { modelPath } from '../texts.ts';
import { useReport } from '../use-report.ts';
import {
  cellFilterOf,
  cellsAddressOf,
  choicesOf,
  headOf,
  kindKey,
  shownCells,
  tiedCells,
  type CellFilter,
} from './model.ts';

/** How well each model does at each kind of task, how sure that is, and what it costs. */
export function CellsPage() {
  const { url, route } = useLocation();
  const { query, reload } = useReport();
  const search = useRef<HTMLInputElement>(null);
  const filter = useMemo(() => cellFilterOf(new URL(url, location.origin).searchParams), [url]);
  const cells = query.state === 'ready' ? query.data.cells : none;
  const choices = useMemo(() => choicesOf(cells), [cells]);
  const shown = useMemo(() => shownCells(cells, filter), [cells, filter]);
  const incumbent = query.state === 'ready' ? query.data.incumbent : null;
  const columns = useMemo(() => [modelColumn(incumbent, tiedCells(cells)), ...cellColumns], [incumbent, cells]);
  const show = useCallback(
    (change: Partial<CellFilter>) => route(cellsAddressOf({ ...filter, ...change }), true),
    [filter, route],
  );
  useRowKeys([{ keys: '/', does: 'Search models', run: () => search.current?.focus() }]);
  const offered = (chosen: string, known: readonly string[]) => [
    ...new Set(['', ...known, ...(chosen === '' ? [] : [chosen])]),
  ];

  return (
    <ModelsPage title="Models" actions={<Button onClick={reload}>Refresh</Button>}>
      {(query.state === 'loading' || cells.length > 0) && (
        <div role="search" class="mb-3 flex flex-wrap items-end gap-x-4 gap-y-2">
          <label class="max-md:basis-full">
            <span class="mb-1 block text-xs text-muted">Model</span>
            <input
              ref={search}
              type="search"
              aria-keyshortcuts="/"
              placeholder="Part of its name"
              spellcheck={false}
              autocomplete="off"
              class={`${controlClass} w-56 max-md:w-full`}
              value={filter.text}
              onInput={(event) => show({ text: event.currentTarget.value })}
              onKeyDown={(event) => event.key === 'Escape' && event.currentTarget.blur()}
            />
          </label>
          <Choice
            label="Task type"
            value={filter.taskType}
            options={offered(filter.taskType, choices.taskTypes)}
            onChoose={(taskType) => show({ taskType })}
          />
          <Choice
            label="Language"
            value={filter.language}
            options={offered(filter.language, choices.languages)}
            onChoose={(language) => show({ language })}
          />
          {(choices.repos.length > 0 || filter.repo !== '') && (
            <Choice
              label="Repository"
              value={filter.repo}
              options={offered(filter.repo, choices.repos)}
              onChoose={(repo) => show({ repo })}
            />
          )}
        </div>
      )}
      {query.state === 'failed' && (
        <ErrorState what="The models could not be loaded" error={query.error} onRetry={reload} />
      )}
      {query.state === 'ready' && <StaleNote error={query.error} />}
      {query.state === 'ready' && cells.length === 0 && (
        <NothingYet purpose="Here stands how often each model solves each kind of task, how sure that is, and at what cost." />
      )}
      {query.state === 'ready' && cells.length > 0 && shown.length === 0 && (
        <EmptyState title="No cell fits">
          <p>
            No attempt of this kind was recorded.{' '}
            <a href="/models" class="text-accent underline">
              Show all
            </a>
          </p>
        </EmptyState>
      )}
      {(query.state === 'loading' || shown.length > 0) && (
        <Table
          caption="Models by kind of task"
          rows={shown}
          columns={columns}
          keyOf={(cell) => `${kindKey(cell)} ${cell.model}`}
          headOf={(cell, before) => headOf(cell, before, shown)}
          loading={query.state === 'loading' ? 8 : 0}
          question={cellsAddressOf(filter)}
        />
      )}
      {shown.length > 0 && (
        <p class="mt-2 text-sm text-muted">
          90 % intervals of the long-run rate. Models within the margin of the best are tied: the data do not say which
          of them is better.
        </p>
      )}
    </ModelsPage>
  );
}

const none: readonly PortfolioCellView[] = [];

const modelColumn = (incumbent: string | null, tied: ReadonlySet<PortfolioCellView>): Column<PortfolioCellView> => ({
  name: 'Model',
  cell: (cell) => (
    <span class="flex min-w-0 items-center gap-x-2">
      <a
        href={modelPath(cell.model)}
        class="row-link truncate font-mono max-md:break-all max-md:whitespace-normal"
        title={cell.model}
      >
        {cell.model}
      </a>
      {tied.has(cell) && (
        <span class="text-xs whitespace-nowrap text-muted max-md:hidden" title="Not told apart from the best">
          ≈ tied
        </span>
      )}
      {cell.model === incumbent && <span class="text-xs whitespace-nowrap text-muted max-md:hidden">incumbent</span>}
    </span>
  ),
});
