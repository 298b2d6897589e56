import type { Segment } from '@whetstone/shared/contract';
import type { Api } from '../api/api.ts';
import { useQuery } from '../api/use-query.ts';
import { useChanges, useProject } from '../live/project.tsx';

/** All segments of the project by key, loaded again when one of them changes. */
export function useSegments() {
  const { api } = useProject();
  const { query, reload } = useQuery((signal) => allSegments(api, signal), [api]);
  useChanges((message) => {
    if (message.kind === 'other' || message.kind === 'ruleset') reload();
  });
  return { query, reload };
}

async function allSegments(api: Api, signal: AbortSignal): Promise<Segment[]> {
  const segments: Segment[] = [];
  for (let cursor: string | null | undefined; cursor !== null;) {
    const page = await api.listSegments({ limit: 500, ...(cursor && { cursor }) }, { signal });
    segments.push(...page.items);
    cursor = page.nextCursor;
  }
  return segments;
}
