import type { Regression } from '@whetstone/shared/contract';
import { useQuery } from '../../api/use-query.ts';
import { useProject } from '../../live/project.tsx';
import { ErrorState, SkeletonLines } from '../../ui/states.tsx';
import { Part } from '../facts.tsx';
import { StatusWord } from '../run-status.tsx';

/** How the runs get on that are to prove it, or why there are none. */
export function Reruns({ regression: { id, state, updatedAt, reason } }: { regression: Regression }) {
  const { api } = useProject();
  const { query, reload } = useQuery(
    (signal) => api.listEvalRuns({ parentId: id, limit: 10 }, { signal }),
    [api, id, updatedAt],
  );
  return (
    <Part title="Evidence">
      {query.state === 'failed' && (
        <ErrorState what="The reruns could not be loaded" error={query.error} onRetry={reload} />
      )}
      {query.state === 'loading' && <SkeletonLines widths={[40, 40]} />}
      {query.state === 'ready' && query.data.items.length === 0 && (
        <p class="text-muted">
          {state === 'unconfirmed'
            ? `There are no reruns${reason === null ? '' : `: ${reason}`}.`
            : 'The reruns of both builds are about to start.'}
        </p>
      )}
      {query.state === 'ready' && (
        <ul class="max-w-4xl divide-y divide-line text-sm">
          {query.data.items.map(({ runId, status, build, doneCount, sampleCount }) => (
            <li key={runId} class="flex flex-wrap gap-x-4 py-1.5">
              <StatusWord status={status} />
              <a href={`/runs/${runId}`} class="underline">
                rerun of <code class="font-mono">{build.commit?.slice(0, 12) ?? build.id.slice(0, 12)}</code>
              </a>
              <span class="text-muted tabular-nums">
                {doneCount} of {sampleCount} samples
              </span>
            </li>
          ))}
        </ul>
      )}
    </Part>
  );
}
