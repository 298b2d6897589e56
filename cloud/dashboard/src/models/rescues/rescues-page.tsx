import { useMemo } from 'preact/hooks';
import { StaleNote } from '../../evals/stale-note.tsx';
import { EmptyState, ErrorState, SkeletonLines } from '../../ui/states.tsx';
import { AsTableButton, useAsTable } from '../as-table.tsx';
import { ModelsPage } from '../models-page.tsx';
import { NothingYet } from '../nothing-yet.tsx';
import { useReport } from '../use-report.ts';
import { gridOf, listOf } from './model.ts';
import { RescueMatrix } from './rescue-matrix.tsx';
import { RescueTable } from './rescue-table.tsx';

/** Who solves what another one failed: what plans are made of. */
export function RescuesPage() {
  const { query, reload } = useReport();
  const [asTable, toggle] = useAsTable();
  const rescues = query.state === 'ready' ? query.data.rescues : undefined;
  const grid = useMemo(() => gridOf(rescues ?? []), [rescues]);
  const list = useMemo(() => listOf(rescues ?? []), [rescues]);
  return (
    <ModelsPage title="Rescues" actions={list.length > 0 && <AsTableButton asTable={asTable} onToggle={toggle} />}>
      {query.state === 'failed' && (
        <ErrorState what="The rescues could not be loaded" error={query.error} onRetry={reload} />
      )}
      {query.state === 'loading' && <SkeletonLines widths={[60, 60, 60, 60]} />}
      {query.state === 'ready' && <StaleNote error={query.error} />}
      {query.state === 'ready' && list.length === 0 && query.data.cells.length === 0 && (
        <NothingYet purpose="Here stands how often one model solves what another one failed." />
      )}
      {query.state === 'ready' && list.length === 0 && query.data.cells.length > 0 && (
        <EmptyState title="No rescue yet">
          <p>
            Nobody was asked yet after another model had failed. Record each attempt at a task under the same{' '}
            <code class="font-mono">taskId</code>, with <code class="font-mono">attempt</code> 1, 2 and so on; eval runs
            of two models on one data set fill this as well.
          </p>
        </EmptyState>
      )}
      {list.length > 0 && (
        <>
          <p class="mb-3 max-w-prose text-sm text-muted">
            How often the model of a column solved what the model of a row had failed, shrunk towards half of its own
            rate, with how many such tasks there were.
          </p>
          {asTable ? <RescueTable rescues={list} /> : <RescueMatrix grid={grid} />}
        </>
      )}
    </ModelsPage>
  );
}
