import type { Ingest } from '@whetstone/shared/contract';
import { libraryText } from '../sources/source-text.ts';
import { pagesText, shareDone } from './model.ts';

/** How far an ingest is, as far as it is known how many pages there are. */
export function Bar({ of }: { of: Ingest }) {
  const share = shareDone(of);
  if (share === undefined) return null;
  return (
    <span
      role="progressbar"
      aria-label={`Pages of ${libraryText(of)}`}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.floor(share * 100)}
      aria-valuetext={pagesText(of)}
      class="block h-1 overflow-hidden rounded bg-line"
    >
      <span class="block h-full bg-accent" style={{ width: `${share * 100}%` }} />
    </span>
  );
}
