import type { EvalRun } from '@whetstone/shared/contract';
import { useQuery } from '../../api/use-query.ts';
import { useProject } from '../../live/project.tsx';
import { useGo } from '../../shell/unsaved.tsx';
import { controlClass } from '../../ui/field.tsx';

/** The way to a comparison with another run of the same data set. */
export function CompareWith({ run }: { run: EvalRun }) {
  const { api } = useProject();
  const go = useGo();
  const { query } = useQuery(
    (signal) => api.listEvalRuns({ dataset: run.dataset, status: 'completed', limit: 50 }, { signal }),
    [api, run.dataset],
  );
  const others =
    query.state === 'ready'
      ? query.data.items.filter(
          ({ runId, datasetSha256 }) => runId !== run.runId && datasetSha256 === run.datasetSha256,
        )
      : [];
  if (run.status !== 'completed' || others.length === 0) return null;
  return (
    <label class="mt-4 flex max-w-full items-center gap-2">
      <span class="whitespace-nowrap text-muted">Compare with</span>
      <select
        class={`${controlClass} min-w-0`}
        value=""
        onChange={(event) => go(`/runs/compare?a=${event.currentTarget.value}&b=${run.runId}`)}
      >
        <option value="">another run …</option>
        {others.map(({ runId, subject, createdAt, passRate }) => (
          <option key={runId} value={runId}>
            {subject.label}, {new Date(createdAt).toLocaleString()}
            {passRate === null ? '' : `, ${(passRate * 100).toFixed(1)} %`}
          </option>
        ))}
      </select>
    </label>
  );
}
