import { useQuery } from '../api/use-query.ts';
import { useProject } from '../live/project.tsx';

export const ranges = ['7d', '30d', '90d', '365d'] as const;
export type Range = (typeof ranges)[number];

export const rangeOf = (search: URLSearchParams): Range => ranges.find((each) => each === search.get('range')) ?? '30d';

/** What is known of the models, and what came of recommendations so far back; cells and rescues are of all time. */
export function useReport(range: Range = '30d') {
  const { api } = useProject();
  return useQuery((signal) => api.getPortfolioReport({ timeRange: range }, { signal }), [api, range]);
}
