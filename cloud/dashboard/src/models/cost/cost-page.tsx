import type { PortfolioCellView } from '@whetstone/shared/contract';
import { useMemo } from 'preact/hooks';
import { useLocation } from 'preact-iso';
import { Scatter } from '../../chart/scatter.tsx';
import { StaleNote } from '../../evals/stale-note.tsx';
import { controlClass } from '../../ui/field.tsx';
import { EmptyState, ErrorState, SkeletonLines } from '../../ui/states.tsx';
import { AsTableButton, useAsTable } from '../as-table.tsx';
import { kindKey } from '../cells/model.ts';
import { ModelsPage } from '../models-page.tsx';
import { NothingYet } from '../nothing-yet.tsx';
import { useReport } from '../use-report.ts';
import { CostTable } from './cost-table.tsx';
import { dotsOf, kindsOf, pointsOf } from './model.ts';

/** What an attempt costs and how often it succeeds, model by model, at one kind of task. */
export function CostPage() {
  const { url, route } = useLocation();
  const { query, reload } = useReport();
  const [asTable, toggle] = useAsTable();
  const cells = query.state === 'ready' ? query.data.cells : none;
  const incumbent = query.state === 'ready' ? query.data.incumbent : null;
  const kinds = useMemo(() => kindsOf(cells), [cells]);
  const address = new URL(url, location.origin);
  const wanted = address.searchParams.get('kind');
  const kind = kinds.find(({ key }) => key === wanted)?.key ?? kinds[0]?.key;
  const points = useMemo(() => (kind === undefined ? [] : pointsOf(cells, kind)), [cells, kind]);
  const dots = useMemo(() => dotsOf(points, incumbent), [points, incumbent]);
  const without = cells.filter((cell) => kindKey(cell) === kind).length - points.length;
  return (
    <ModelsPage
      title="Cost and quality"
      actions={points.length > 0 && <AsTableButton asTable={asTable} onToggle={toggle} />}
    >
      {query.state === 'failed' && (
        <ErrorState what="The models could not be loaded" error={query.error} onRetry={reload} />
      )}
      {query.state === 'loading' && <SkeletonLines widths={[60, 60, 60, 60]} />}
      {query.state === 'ready' && <StaleNote error={query.error} />}
      {query.state === 'ready' && cells.length === 0 && (
        <NothingYet purpose="Here stands what an attempt of each model costs, and how often it succeeds." />
      )}
      {kind !== undefined && (
        <label class="mb-3 block max-w-full">
          <span class="mb-1 block text-xs text-muted">Kind of task</span>
          <select
            class={`${controlClass} max-w-full`}
            value={kind}
            onChange={(event) => {
              address.searchParams.set('kind', event.currentTarget.value);
              route(address.pathname + address.search, true);
            }}
          >
            {kinds.map(({ key, text }) => (
              <option key={key} value={key}>
                {text}
              </option>
            ))}
          </select>
        </label>
      )}
      {points.length > 0 && asTable && <CostTable points={points} incumbent={incumbent} />}
      {points.length > 0 && !asTable && (
        <Scatter
          label="Success rate against cost of an attempt; the table has the same"
          dots={dots}
          xUnit="US dollars per attempt, median"
          yUnit="success rate, %"
          legend={legend}
        />
      )}
      {kind !== undefined && points.length === 0 && (
        <EmptyState title="No cost is known here">
          <p>
            Record outcomes with <code class="font-mono">costUsd</code> or token counts, or state the prices of your
            models in the{' '}
            <a href="/models/settings" class="text-accent underline">
              settings
            </a>
            .
          </p>
        </EmptyState>
      )}
      {points.length > 0 && without > 0 && (
        <p class="mt-2 text-sm text-muted">
          {without} without a known cost {without === 1 ? 'is' : 'are'} left out.
        </p>
      )}
    </ModelsPage>
  );
}

const none: readonly PortfolioCellView[] = [];

const legend = [
  '● a model, with its 90 % interval',
  '◎ the best, or tied with it',
  '■ incumbent',
  '┄ front: nobody is both cheaper and better',
];
