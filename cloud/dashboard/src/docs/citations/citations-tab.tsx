import { useLocation } from 'preact-iso';
import { useRef } from 'preact/hooks';
import { useQuery } from '../../api/use-query.ts';
import { Part } from '../../evals/facts.tsx';
import { useRowKeys } from '../../evals/row-keys.ts';
import { StaleNote } from '../../evals/stale-note.tsx';
import { useProject } from '../../live/project.tsx';
import { useRefusal } from '../../live/rights.ts';
import { AsTableButton, useAsTable } from '../../models/as-table.tsx';
import { Button } from '../../ui/button.tsx';
import { Ranges } from '../../ui/ranges.tsx';
import { EmptyState, ErrorState, SkeletonLines } from '../../ui/states.tsx';
import { DocsPage } from '../docs-page.tsx';
import { AccuracyFigure } from './accuracy-figure.tsx';
import { CheckBox } from './check-box.tsx';
import { DayCharts } from './day-charts.tsx';
import { DayTable } from './day-table.tsx';
import { LibraryTable } from './library-table.tsx';
import { ofNoLibrary, rangeOf, ranges, type CitationReport } from './model.ts';

/** How often what agents cite is what the documentation says, over time; and whether a text at hand does. */
export function CitationsTab() {
  const { api } = useProject();
  const { url, route, query: search } = useLocation();
  const refusal = useRefusal('agent');
  const range = rangeOf(search['range']);
  const { query, reload } = useQuery((signal) => api.getCitationReport({ timeRange: range }, { signal }), [api, range]);
  const [asTable, toggle] = useAsTable();
  const box = useRef<HTMLElement>(null);
  const toBox = () => {
    box.current?.scrollIntoView({ block: 'start' });
    box.current?.querySelector('textarea')?.focus({ preventScroll: true });
  };
  useRowKeys([{ keys: 'c', does: 'Check citations', run: toBox }]);
  const report = query.state === 'ready' ? query.data : undefined;
  const choose = (chosen: string) => {
    const address = new URL(url, location.origin);
    address.searchParams.set('range', chosen);
    route(address.pathname + address.search, true);
  };
  return (
    <DocsPage
      title="Citations"
      actions={
        <>
          {report && report.days.length > 0 && <AsTableButton asTable={asTable} onToggle={toggle} />}
          <Button kind="primary" disabled={refusal !== undefined} title={refusal ?? 'c'} onClick={toBox}>
            Check citations
          </Button>
        </>
      }
    >
      <div class="mb-4">
        <Ranges ranges={ranges} chosen={range} onChoose={choose} />
      </div>
      {query.state === 'failed' && (
        <ErrorState what="The citations could not be counted" error={query.error} onRetry={reload} />
      )}
      {query.state === 'loading' && <SkeletonLines widths={[50, 60, 60, 60]} />}
      {query.state === 'ready' && <StaleNote error={query.error} />}
      {report && <Report of={report} asTable={asTable} />}
      <section ref={box} aria-labelledby="check" class="mt-6 scroll-mt-4">
        <h2 id="check" class="mb-2 font-semibold">
          Check citations
        </h2>
        <CheckBox onChecked={reload} />
      </section>
    </DocsPage>
  );
}

function Report({ of, asTable }: { of: CitationReport; asTable: boolean }) {
  const unplaced = ofNoLibrary(of);
  return (
    <>
      <AccuracyFigure of={of} />
      {of.days.length === 0 ? (
        <EmptyState title="Nothing was served or checked in this time">
          <p>
            Every passage that <code class="font-mono text-sm">search_docs</code> hands out carries an id. What is
            quoted with it is checked by the tool <code class="font-mono text-sm">verify_citations</code>, by{' '}
            <code class="font-mono text-sm">POST /api/knowledge/verify</code>, or below; here stands how that came out.
          </p>
        </EmptyState>
      ) : (
        <Part title="By day (UTC)">{asTable ? <DayTable days={of.days} /> : <DayCharts days={of.days} />}</Part>
      )}
      {of.libraries.length > 0 && (
        <Part title="By library">
          <LibraryTable rows={of.libraries} />
        </Part>
      )}
      {unplaced > 0 && (
        <p class="mt-2 text-sm text-muted">
          {unplaced.toLocaleString('en')} that {unplaced === 1 ? 'was' : 'were'} checked{' '}
          {unplaced === 1 ? 'names' : 'name'} no passage that is known, so {unplaced === 1 ? 'it counts' : 'they count'}{' '}
          as unknown and for no library.
        </p>
      )}
    </>
  );
}
