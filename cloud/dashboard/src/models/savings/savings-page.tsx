import type { PortfolioReport } from '@whetstone/shared/contract';
import { useLocation } from 'preact-iso';
import { Part } from '../../evals/facts.tsx';
import { StaleNote } from '../../evals/stale-note.tsx';
import { useNow } from '../../live/use-now.ts';
import { EmptyState, ErrorState, SkeletonLines } from '../../ui/states.tsx';
import { Ranges } from '../../ui/ranges.tsx';
import { AsTableButton, useAsTable } from '../as-table.tsx';
import { ModelsPage } from '../models-page.tsx';
import { rangeOf, ranges, useReport } from '../use-report.ts';
import { Calibration } from './calibration.tsx';
import { EstimatorTable } from './estimator-table.tsx';
import { FigureTable } from './figure-table.tsx';
import { MadeFacts } from './made-facts.tsx';
import { MethodView } from './method-view.tsx';
import { TargetTable } from './target-table.tsx';

/** What recommendations brought, against what would have been used without them. */
export function SavingsPage() {
  const { url, route } = useLocation();
  const address = new URL(url, location.origin);
  const range = rangeOf(address.searchParams);
  const { query, reload } = useReport(range);
  const [asTable, toggle] = useAsTable();
  const report = query.state === 'ready' ? query.data : undefined;
  return (
    <ModelsPage
      title="Savings"
      actions={report && report.calibration.n > 0 && <AsTableButton asTable={asTable} onToggle={toggle} />}
    >
      <div class="mb-4">
        <Ranges
          ranges={ranges}
          chosen={range}
          onChoose={(chosen) => {
            address.searchParams.set('range', chosen);
            route(address.pathname + address.search, true);
          }}
        />
      </div>
      {query.state === 'failed' && (
        <ErrorState what="The report could not be loaded" error={query.error} onRetry={reload} />
      )}
      {query.state === 'loading' && <SkeletonLines widths={[60, 40, 60, 40, 60]} />}
      {query.state === 'ready' && <StaleNote error={query.error} />}
      {report && <Report of={report} asTable={asTable} />}
    </ModelsPage>
  );
}

function Report({ of, asTable }: { of: PortfolioReport; asTable: boolean }) {
  const nowMs = useNow();
  return (
    <>
      {of.recommendations.made === 0 ? (
        <EmptyState title="No recommendation in this time">
          <p>
            Here stands what recommendations brought against the incumbent. Agents ask by the tool{' '}
            <code class="font-mono text-sm">recommend_model</code> or{' '}
            <code class="font-mono text-sm">GET /api/portfolio/recommend</code>, and name the{' '}
            <code class="font-mono text-sm">recommendationId</code> in the outcome they record.
          </p>
        </EmptyState>
      ) : (
        <MadeFacts of={of.recommendations} />
      )}
      <Part title="Targets">
        <TargetTable targets={of.targets} />
      </Part>
      <Part title={of.incumbent === null ? 'Against an incumbent' : `Against ${of.incumbent}`}>
        {of.incumbent === null && (
          <p class="mb-2 text-warn">
            ! No incumbent is named, so nothing is compared. Name in the{' '}
            <a href="/models/settings" class="underline">
              settings
            </a>{' '}
            what you would use without recommendations.
          </p>
        )}
        <FigureTable report={of} />
      </Part>
      <Part title="Estimators">
        <EstimatorTable estimators={of.estimators} />
      </Part>
      <Part title="Calibration">
        <Calibration of={of.calibration} asTable={asTable} />
      </Part>
      <Part title="Method">
        <MethodView of={of.method} nowMs={nowMs} />
      </Part>
    </>
  );
}
