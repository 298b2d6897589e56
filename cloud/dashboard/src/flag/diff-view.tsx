import type { Change } from '@whetstone/shared/contract';
import { changeRows } from './model/changes.ts';

const kinds = { added: '+', removed: '−', changed: '~' } as const;

/** What stood and what stands, place by place. */
export function DiffView({ changes, before, after }: { changes: readonly Change[]; before: unknown; after: unknown }) {
  if (changes.length === 0) return <p class="text-sm text-muted">Nothing differs.</p>;
  return (
    <ul class="divide-y divide-line border-y border-line text-sm">
      {changeRows(changes, before, after).map((row, i) => (
        <li key={i} class="flex flex-wrap gap-x-3 py-1">
          <span class="w-20 shrink-0 text-muted">
            <span aria-hidden="true" class="font-mono">
              {kinds[row.kind]}{' '}
            </span>
            {row.kind}
          </span>
          <span class="min-w-40 flex-1 break-words">{row.place.join(' › ')}</span>
          <span class="min-w-0 flex-[2_1_16rem] font-mono break-words whitespace-pre-wrap">
            {row.before !== undefined && <del class="text-muted decoration-bad">{row.before}</del>}
            {row.before !== undefined && row.after !== undefined && <span class="text-muted"> → </span>}
            {row.after !== undefined && <ins class="no-underline">{row.after}</ins>}
          </span>
        </li>
      ))}
    </ul>
  );
}
