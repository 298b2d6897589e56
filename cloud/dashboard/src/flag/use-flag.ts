import type { Flag } from '@whetstone/shared/contract';
import { useRef } from 'preact/hooks';
import { useQuery } from '../api/use-query.ts';
import { useProject } from '../live/project.tsx';

type Held =
  | { state: 'loading' }
  | { state: 'failed'; error: unknown; retry: () => void }
  | { state: 'ready'; flag: Flag };

/** The newest known version of a flag; one that is archived is not in the live list, and is asked for. */
export function useFlag(key: string): Held {
  const { api, flags, reloadFlags } = useProject();
  const live = flags.state === 'ready' ? flags.flags.get(key) : undefined;
  const isAskedFor = flags.state === 'ready' && !live;
  const { query, reload } = useQuery(
    (signal) => (isAskedFor ? api.getFlag({ key }, { signal }) : Promise.resolve(undefined)),
    [api, key, isAskedFor],
  );
  const last = useRef<Flag | undefined>(undefined);
  const known = live ?? (query.state === 'ready' ? query.data : undefined);
  if (known?.key === key) last.current = known;
  const flag = last.current?.key === key ? last.current : undefined;
  if (flag) return { state: 'ready', flag };
  if (flags.state === 'failed') return { state: 'failed', error: flags.error, retry: reloadFlags };
  if (query.state === 'failed') return { state: 'failed', error: query.error, retry: reload };
  return { state: 'loading' };
}
