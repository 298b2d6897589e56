import { useMemo } from 'preact/hooks';
import { useQuery } from '../api/use-query.ts';
import { allFlags, useChanges, useProject } from '../live/project.tsx';
import type { LiveFlags } from '../live/live-flags.ts';

/** The archived ones, asked for when they are wanted and again when one comes or goes. */
export function useArchivedFlags(isWanted: boolean) {
  const { api, flags: active } = useProject();
  const { query, reload } = useQuery(
    async (signal): Promise<LiveFlags> =>
      isWanted ? new Map((await allFlags(api, signal, true)).map((flag) => [flag.key, flag])) : new Map(),
    [api, isWanted],
  );
  useChanges(({ kind }) => {
    if (isWanted && (kind === 'archived' || kind === 'flag')) reload();
  });

  return useMemo(() => {
    if (query.state !== 'ready') return { ...query, reload };
    // Restored: the stream says so before the list is read again.
    const isActive = (key: string) => active.state === 'ready' && active.flags.has(key);
    return { state: 'ready' as const, flags: new Map([...query.data].filter(([key]) => !isActive(key))), reload };
  }, [query, active, reload]);
}
