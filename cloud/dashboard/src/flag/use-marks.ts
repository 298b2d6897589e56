import type { Flag, FlagVersion } from '@whetstone/shared/contract';
import { useMemo } from 'preact/hooks';
import type { Api } from '../api/api.ts';
import { useQuery } from '../api/use-query.ts';
import { useProject } from '../live/project.tsx';
import { marksOf } from './model/marks.ts';

/** More than a chart has room for. */
const mostMarks = 300;

/** What was done to a flag since a time, for charts; `undefined` until it is known, with the error when it is not. */
export function useMarks({ key, version }: Flag, sinceSeconds: number | undefined) {
  const { api } = useProject();
  const { query } = useQuery(
    (signal) => (sinceSeconds === undefined ? Promise.resolve([]) : changesSince(api, key, sinceSeconds, signal)),
    [api, key, version, sinceSeconds],
  );
  const versions = query.state === 'ready' ? query.data : undefined;
  const marks = useMemo(() => marksOf(versions ?? []), [versions]);
  return { marks, error: query.state === 'failed' ? query.error : undefined };
}

async function changesSince(api: Api, key: string, sinceSeconds: number, signal: AbortSignal): Promise<FlagVersion[]> {
  const found: FlagVersion[] = [];
  for (let cursor: string | null | undefined; cursor !== null && found.length < mostMarks;) {
    const page = await api.getFlagHistory({ key, limit: 100, ...(cursor && { cursor }) }, { signal });
    const recent = page.items.filter(({ at }) => Date.parse(at) / 1_000 >= sinceSeconds);
    found.push(...recent);
    cursor = recent.length === page.items.length ? page.nextCursor : null;
  }
  return found;
}
