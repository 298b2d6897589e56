import { useState } from 'preact/hooks';
import { useQuery } from '../api/use-query.ts';
import { useProject } from '../live/project.tsx';
import { Button } from '../ui/button.tsx';
import { inputClass } from '../ui/field.tsx';
import { Ranges } from '../ui/ranges.tsx';
import { ErrorState, SkeletonLines } from '../ui/states.tsx';
import { ExperimentResult } from './experiment-result.tsx';

const ranges = ['7d', '30d', '90d'] as const;
const knownMetrics = ['success', 'costUsd', 'timeMs', 'corrected'];

/** What the variants did to a metric. */
export function ExperimentTab({ flagKey, variants }: { flagKey: string; variants: readonly string[] }) {
  const { api } = useProject();
  const [metric, setMetric] = useState('success');
  const [range, setRange] = useState<(typeof ranges)[number]>('30d');
  const [control, setControl] = useState('');
  const { query, reload } = useQuery(
    (signal) =>
      api.getExperiment({ key: flagKey, metric, timeRange: range, ...(control !== '' && { control }) }, { signal }),
    [api, flagKey, metric, range, control],
  );
  return (
    <>
      <div class="mb-4 flex flex-wrap items-end gap-3">
        <label class="w-48">
          <span class="mb-1 block text-xs text-muted">Metric</span>
          <input
            type="text"
            list="metric-names"
            class={`${inputClass} font-mono text-sm`}
            value={metric}
            spellcheck={false}
            onChange={(event) => setMetric(event.currentTarget.value.trim() || 'success')}
          />
          <datalist id="metric-names">
            {knownMetrics.map((name) => (
              <option key={name} value={name} />
            ))}
          </datalist>
        </label>
        <label class="w-44">
          <span class="mb-1 block text-xs text-muted">Compared with</span>
          <select class={inputClass} value={control} onChange={(event) => setControl(event.currentTarget.value)}>
            <option value="">the off variant</option>
            {variants.map((name) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <Ranges ranges={ranges} chosen={range} onChoose={setRange} />
        <Button kind="quiet" class="ml-auto" onClick={reload}>
          Refresh
        </Button>
      </div>
      {query.state === 'failed' && (
        <ErrorState what="The experiment could not be evaluated" error={query.error} onRetry={reload} />
      )}
      {query.state === 'loading' && <SkeletonLines widths={[50, 70, 70]} />}
      {query.state === 'ready' && <ExperimentResult of={query.data} />}
    </>
  );
}
