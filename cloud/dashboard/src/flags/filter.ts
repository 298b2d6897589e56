import type { ListedFlag } from '../live/live-flags.ts';
import { inForce } from './in-force.ts';

export const states = ['all', 'on', 'off', 'archived'] as const;

export interface Filter {
  text: string;
  state: (typeof states)[number];
  tag: string | undefined;
  isStale: boolean;
}

/** Read from the address, so that a filtered list can be linked to; anything it does not know is as if not there. */
export const filterOf = ({ q = '', state, tag, stale }: Record<string, string | undefined>): Filter => ({
  text: q,
  state: states.find((known) => known === state) ?? 'all',
  tag: tag || undefined,
  isStale: stale === '1',
});

export function queryOf({ text, state, tag, isStale }: Filter): string {
  const query = new URLSearchParams({
    ...(text && { q: text }),
    ...(state !== 'all' && { state }),
    ...(tag && { tag }),
    ...(isStale && { stale: '1' }),
  }).toString();
  return query && `?${query}`;
}

/** Every word must be in key, description, tags or owner. */
export function matcher({ text, state, tag, isStale }: Filter, nowMs: number): (flag: ListedFlag) => boolean {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return (flag) => {
    if (state === 'on' || state === 'off') {
      if (inForce(flag, nowMs).enabled !== (state === 'on')) return false;
    }
    if (tag !== undefined && !flag.tags?.includes(tag)) return false;
    if (isStale && !flag.staleReasons?.length) return false;
    if (words.length === 0) return true;
    const searched = [flag.key, flag.description, flag.owner, ...(flag.tags ?? [])].join('\n').toLowerCase();
    return words.every((word) => searched.includes(word));
  };
}

/** Tags in use, in order. */
export const tagsOf = (flags: Iterable<ListedFlag>) => [...new Set([...flags].flatMap(({ tags = [] }) => tags))].sort();
