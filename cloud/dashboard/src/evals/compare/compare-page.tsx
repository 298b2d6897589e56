import { useLocation } from 'preact-iso';
import { useQuery } from '../../api/use-query.ts';
import { useProject } from '../../live/project.tsx';
import { SkeletonLines } from '../../ui/states.tsx';
import { EvalsPage } from '../evals-page.tsx';
import { useRowKeys } from '../row-keys.ts';
import { NotLoaded } from '../not-loaded.tsx';
import { Comparison } from './comparison.tsx';

/** Two runs of one data set, problem by problem. */
export function ComparePage() {
  const { api } = useProject();
  const { url } = useLocation();
  const search = new URL(url, location.origin).searchParams;
  const [a, b] = [search.get('a') ?? '', search.get('b') ?? ''];
  const { query, reload } = useQuery(
    async (signal) => {
      const runOf = async (runId: string) => (await api.getEvalResults({ runId, limit: 1 }, { signal })).run;
      const [of, runA, runB] = await Promise.all([api.compareEvalRuns({ a, b }, { signal }), runOf(a), runOf(b)]);
      return { of, runs: { A: runA, B: runB } };
    },
    [api, a, b],
  );
  useRowKeys();
  return (
    <EvalsPage title="Compare runs" up={{ href: `/runs/${encodeURIComponent(b)}`, label: 'Run B' }}>
      {query.state === 'failed' && (
        <NotLoaded what="The runs could not be compared" error={query.error} onRetry={reload} />
      )}
      {query.state === 'loading' && <SkeletonLines widths={[50, 40, 60]} />}
      {query.state === 'ready' && <Comparison {...query.data} />}
    </EvalsPage>
  );
}
