import type { LibraryVersion } from '@whetstone/shared/contract';
import { Time } from '../ui/time.tsx';
import { counted, isLongUnchecked } from './words.ts';

interface Props {
  of: Pick<LibraryVersion, 'checkedAt' | 'stalePages'>;
  nowMs: number;
}

/** When it was last compared with its source; what may be out of date says so. */
export const Freshness = ({ of, nowMs }: Props) => (
  <span class="flex items-center gap-2">
    <Time at={of.checkedAt} nowMs={nowMs} />
    {(of.stalePages > 0 || isLongUnchecked(of, nowMs)) && (
      <span
        class="relative rounded bg-warn-surface px-1 text-xs whitespace-nowrap text-warn"
        title={
          isLongUnchecked(of, nowMs)
            ? 'Not compared with its source for more than two weeks'
            : `${counted(of.stalePages, 'page')} gone from the source since`
        }
      >
        {isLongUnchecked(of, nowMs) ? 'stale' : `${of.stalePages} stale`}
      </span>
    )}
  </span>
);
