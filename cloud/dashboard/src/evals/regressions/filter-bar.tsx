import type { Regression } from '@whetstone/shared/contract';
import { useProject } from '../../live/project.tsx';
import { useQuery } from '../../api/use-query.ts';
import { Button } from '../../ui/button.tsx';
import { controlClass } from '../../ui/field.tsx';
import { stateChoices, type Filters } from './model.ts';

interface Props {
  filters: Filters;
  /** Those that are shown: they know what the subject is called. */
  rows: readonly Regression[];
  onChange: (filters: Filters) => void;
}

export function FilterBar({ filters, rows, onChange }: Props) {
  const { api } = useProject();
  const { query } = useQuery((signal) => api.listEvalSources({}, { signal }), [api]);
  const known = query.state === 'ready' ? query.data.items.map(({ dataset }) => dataset) : [];
  const datasets = [...new Set([...known, ...(filters.dataset === undefined ? [] : [filters.dataset])])];
  const subject = rows.find(({ subject: { id } }) => id === filters.subjectId)?.subject;
  return (
    <div class="mb-3 flex flex-wrap items-end gap-x-4 gap-y-2">
      <label>
        <span class="mb-1 block text-xs text-muted">State</span>
        <select
          class={controlClass}
          value={filters.state ?? ''}
          onChange={({ currentTarget: { value } }) =>
            onChange({ ...filters, state: stateChoices.find((each) => each === value) })
          }
        >
          <option value="">all, open ones first</option>
          {stateChoices.map((each) => (
            <option key={each} value={each}>
              {each}
            </option>
          ))}
        </select>
      </label>
      <label>
        <span class="mb-1 block text-xs text-muted">Data set</span>
        <select
          class={controlClass}
          value={filters.dataset ?? ''}
          onChange={({ currentTarget: { value } }) =>
            onChange({ ...filters, dataset: value === '' ? undefined : value })
          }
        >
          <option value="">all</option>
          {datasets.map((each) => (
            <option key={each} value={each}>
              {each}
            </option>
          ))}
        </select>
      </label>
      {filters.subjectId !== undefined && (
        <Button kind="quiet" onClick={() => onChange({ ...filters, subjectId: undefined })}>
          Only {subject?.label ?? 'one subject'} ×
        </Button>
      )}
    </div>
  );
}
