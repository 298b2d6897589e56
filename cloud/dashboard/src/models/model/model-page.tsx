import type { PortfolioCellView } from '@whetstone/shared/contract';
import { useMemo, useState } from 'preact/hooks';
import { useLocation } from 'preact-iso';
import { useQuery } from '../../api/use-query.ts';
import { ActDialog } from '../../evals/act-dialog.tsx';
import { Part } from '../../evals/facts.tsx';
import { StaleNote } from '../../evals/stale-note.tsx';
import { useRowKeys } from '../../evals/row-keys.ts';
import { useProject } from '../../live/project.tsx';
import { useRefusal } from '../../live/rights.ts';
import { useNow } from '../../live/use-now.ts';
import { Button } from '../../ui/button.tsx';
import { TextField } from '../../ui/field.tsx';
import { EmptyState, ErrorState, SkeletonLines } from '../../ui/states.tsx';
import { Table, type Column } from '../../ui/table.tsx';
import { cellColumns } from '../cell-columns.tsx';
import { cellsOfModel, kindKey, tiedCells } from '../cells/model.ts';
import { ModelsPage } from '../models-page.tsx';
import { kindText } from '../texts.ts';
import { DriftList } from './drift-list.tsx';
import { ModelFacts } from './model-facts.tsx';

const up = { href: '/models', label: 'Models' };

/** One model: what it costs and since when it counts, how it does at each kind of task, and how it changed. */
export function ModelPage() {
  const { api } = useProject();
  const { url } = useLocation();
  const nowMs = useNow();
  const id = new URL(url, location.origin).searchParams.get('id') ?? '';
  const { query, reload } = useQuery(
    async (signal) => {
      const [portfolio, report] = await Promise.all([
        api.getPortfolioModels({}, { signal }),
        api.getPortfolioReport({}, { signal }),
      ]);
      return { portfolio, report };
    },
    [api],
  );
  const cells = useMemo(
    () => (query.state === 'ready' ? cellsOfModel(query.data.report.cells, id) : none),
    [query, id],
  );
  const columns = useMemo(
    () => columnsWith(tiedCells(query.state === 'ready' ? query.data.report.cells : none)),
    [query],
  );
  const [isAsking, setAsking] = useState(false);
  const [why, setWhy] = useState('');
  const refusal = useRefusal('editor');
  useRowKeys();
  const known = query.state === 'ready' ? query.data.portfolio.models.find(({ model }) => model === id) : undefined;
  return (
    <ModelsPage
      title={id === '' ? 'Model' : id}
      isCode
      up={up}
      actions={
        <Button
          disabled={refusal !== undefined || known === undefined}
          title={refusal ?? 'A new version came out: what is known of the old one weighs less from now on'}
          onClick={() => setAsking(true)}
        >
          It changed
        </Button>
      }
    >
      {query.state === 'failed' && (
        <ErrorState what="The model could not be loaded" error={query.error} onRetry={reload} />
      )}
      {query.state === 'loading' && <SkeletonLines widths={[40, 50, 30, 60]} />}
      {query.state === 'ready' && <StaleNote error={query.error} />}
      {query.state === 'ready' && known === undefined && cells.length === 0 && (
        <EmptyState title="Nothing is known of this model">
          <p>
            It has no outcomes and no price in this project.{' '}
            <a href="/models" class="text-accent underline">
              To the models
            </a>
          </p>
        </EmptyState>
      )}
      {known && <ModelFacts model={known} nowMs={nowMs} />}
      {query.state === 'ready' && (known !== undefined || cells.length > 0) && (
        <>
          <Part title="By kind of task">
            {cells.length === 0 ? (
              <p class="text-muted">No attempt yet: it is chosen for what evals and priors say of it alone.</p>
            ) : (
              <Table
                caption={`What ${id} made of each kind of task`}
                rows={cells}
                columns={columns}
                keyOf={kindKey}
                question={id}
              />
            )}
          </Part>
          <Part title="Changes of behaviour">
            <DriftList drift={query.data.report.drift.filter(({ model }) => model === id)} nowMs={nowMs} />
          </Part>
        </>
      )}
      {isAsking && query.state === 'ready' && (
        <ActDialog
          title={`${id} changed`}
          verb="Begin a new epoch"
          isReady={why.trim() !== ''}
          write={() => {
            const { settings, version } = query.data.portfolio;
            return api.putPortfolioModels({ settings, version, newEpochFor: id, why: why.trim() });
          }}
          onWritten={() => {
            setAsking(false);
            setWhy('');
            reload();
          }}
          onConflict={reload}
          onClose={() => setAsking(false)}
        >
          <p class="mb-3">
            What was seen until now keeps its mean and counts as at most 20 observations, so that what comes next soon
            outweighs it.
          </p>
          <TextField
            label="Why"
            value={why}
            onInput={setWhy}
            maxLength={256}
            isFocused
            placeholder="version 2 came out"
          />
        </ActDialog>
      )}
    </ModelsPage>
  );
}

const none: readonly PortfolioCellView[] = [];

const columnsWith = (tied: ReadonlySet<PortfolioCellView>): Column<PortfolioCellView>[] => [
  {
    name: 'Kind of task',
    cell: (cell) => (
      <span class="flex min-w-0 items-center gap-x-2">
        <span class="truncate" title={kindText(cell)}>
          {kindText(cell)}
        </span>
        {tied.has(cell) && (
          <span class="text-xs whitespace-nowrap text-muted max-md:hidden" title="Not told apart from the best">
            ≈ tied
          </span>
        )}
      </span>
    ),
  },
  ...cellColumns,
];
