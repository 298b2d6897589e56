import type { EvalResult, SampleStatus } from '@whetstone/shared/contract';
import { useMemo, useState } from 'preact/hooks';
import { useLocation, useRoute } from 'preact-iso';
import { useNow } from '../../live/use-now.ts';
import { Button } from '../../ui/button.tsx';
import { ErrorState, SkeletonLines } from '../../ui/states.tsx';
import { EvalsPage } from '../evals-page.tsx';
import { isGoing } from '../is-going.ts';
import { NotLoaded } from '../not-loaded.tsx';
import { useRowKeys } from '../row-keys.ts';
import { CompareWith } from './compare-with.tsx';
import { ResultTable } from './result-table.tsx';
import { RunActions } from './run-actions.tsx';
import { RunFigures } from './run-figures.tsx';
import { RunProgress } from './run-progress.tsx';
import { useRun } from './use-run.ts';

const statuses: readonly SampleStatus[] = ['failed', 'timeout', 'error', 'skipped', 'passed'];

/** A run: how it goes while it goes on, what it came to, and each problem. */
export function RunPage() {
  const { runId = '' } = useRoute().params;
  const { query, reload } = useRun(runId);
  const { url, route } = useLocation();
  const nowMs = useNow();
  const [refused, setRefused] = useState<unknown>();
  const wanted = new URL(url, location.origin).searchParams.get('status');
  const status = statuses.find((each) => each === wanted);
  const results = query.state === 'ready' ? query.live.results : none;
  const shown = useMemo(
    () => [...results.values()].filter((result) => status === undefined || result.status === status),
    [results, status],
  );
  useRowKeys();
  if (query.state !== 'ready') {
    return (
      <EvalsPage title="Run" up={{ href: '/runs', label: 'Runs' }}>
        {query.state === 'failed' ? (
          <NotLoaded what="The run could not be loaded" error={query.error} onRetry={reload} />
        ) : (
          <SkeletonLines widths={[40, 70, 60, 30]} />
        )}
      </EvalsPage>
    );
  }
  const { run } = query.live;
  return (
    <EvalsPage
      title={`${run.subject.label} on ${run.dataset}`}
      up={{ href: '/runs', label: 'Runs' }}
      actions={<RunActions run={run} onDone={reload} onRefused={setRefused} />}
    >
      {refused !== undefined && <ErrorState what="That could not be done" error={refused} />}
      <RunProgress run={run} isConnected={query.isConnected} />
      <RunFigures run={run} nowMs={nowMs} />
      <CompareWith run={run} />
      <div class="mt-6 mb-2 flex flex-wrap gap-1" role="group" aria-label="Which results">
        {[undefined, ...statuses].map((each) => (
          <Button
            key={each ?? 'all'}
            kind={each === status ? 'plain' : 'quiet'}
            aria-pressed={each === status}
            onClick={() => route(each === undefined ? `/runs/${runId}` : `/runs/${runId}?status=${each}`, true)}
          >
            {each ?? 'all'}
            <span class="text-muted tabular-nums">{each === undefined ? run.doneCount : run.counts[each]}</span>
          </Button>
        ))}
      </div>
      <ResultTable
        runId={runId}
        results={shown}
        question={status ?? 'all'}
        hasSamples={run.samplesPerProblem > 1}
        isOver={!isGoing(run)}
      />
    </EvalsPage>
  );
}

const none: ReadonlyMap<string, EvalResult> = new Map();
