import { useQuery } from '../../api/use-query.ts';
import { useProject } from '../../live/project.tsx';

/** Names of the data sets that a run can name, for suggestions. */
export function useDatasets(): readonly string[] {
  const { api } = useProject();
  const { query } = useQuery((signal) => api.listEvalDatasets({ limit: 200 }, { signal }), [api]);
  return query.state === 'ready' ? query.data.items.filter((each) => each.isAvailable).map(({ name }) => name) : none;
}

const none: readonly string[] = [];
