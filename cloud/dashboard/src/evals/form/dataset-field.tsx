import { useQuery } from '../../api/use-query.ts';
import { useProject } from '../../live/project.tsx';
import { ErrorState } from '../../ui/states.tsx';
import { SuggestedField } from './suggested-field.tsx';

interface Props {
  /** Its dotted path in what is sent, by which complaints find it. */
  path: string;
  class?: string;
  value: string;
  onInput: (dataset: string) => void;
}

/** On what is measured: those that the server can run are suggested, and what is known of the one that is named is said. */
export function DatasetField({ value, ...field }: Props) {
  const { api } = useProject();
  const { query } = useQuery((signal) => api.listEvalDatasets({ limit: 500 }, { signal }), [api]);
  const known = query.state === 'ready' ? query.data.items : [];
  const named = known.find(({ name }) => name === value);
  return (
    <>
      <SuggestedField
        {...field}
        label="Data set"
        mono
        value={value}
        suggestions={known.filter(({ isAvailable }) => isAvailable).map(({ name }) => name)}
        hint={named && <Known {...named} />}
      />
      {query.state === 'failed' && <ErrorState what="The data sets could not be listed" error={query.error} />}
    </>
  );
}

function Known({
  isAvailable,
  detail,
  problemCount,
}: {
  isAvailable: boolean;
  detail: string;
  problemCount: number | null;
}) {
  if (!isAvailable) {
    return (
      <span class="text-warn">
        <span aria-hidden="true">! </span>not available: {detail}
      </span>
    );
  }
  return (
    <>
      {detail}
      {problemCount !== null && `; ${problemCount} ${problemCount === 1 ? 'problem' : 'problems'}`}
    </>
  );
}
