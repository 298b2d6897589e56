import { useQuery } from '../api/use-query.ts';
import { useProject } from '../live/project.tsx';

/** All libraries that are here, and those of the catalogue that could be. */
export function useLibraries() {
  const { api } = useProject();
  return useQuery(async (signal) => (await api.listLibraries({}, { signal })).items, [api]);
}
