import type { LibraryVersion } from '@whetstone/shared/contract';
import { Unknown } from '../evals/rate-cell.tsx';
import { countText } from './words.ts';

export const nobodyCounted = 'The catalogue expects no certain pages of this source';

/** Of the pages that the catalogue expects, how many are there; which are not stands on hover. */
export const Coverage = ({ of }: { of: LibraryVersion['coverage'] }) => {
  if (of === null) return <Unknown why={nobodyCounted} />;
  const { found, expected, missing } = of;
  const isThin = found < expected || missing.length > 0;
  return (
    <span
      class={`relative whitespace-nowrap ${isThin ? 'text-warn' : ''}`}
      title={missing.length > 0 ? `Missing: ${missing.join(', ')}` : isThin ? 'Fewer pages than expected' : undefined}
    >
      {isThin && <span aria-hidden="true">! </span>}
      {countText(found)}/{countText(expected)}
      {missing.length > 0 && <span class="sr-only"> missing: {missing.join(', ')}</span>}
    </span>
  );
};
