import { Time } from '../ui/time.tsx';
import type { FlagDocument } from './model/document.ts';
import { timelineOf } from './model/timeline.ts';

const shapes = { past: '●', next: '◐', planned: '○', held: '‖', waiting: '◌' } as const;

/** Moments as they come; each state has a shape and a word. */
export function Timeline({ document, nowMs }: { document: FlagDocument; nowMs: number }) {
  return (
    <ol class="text-sm">
      {timelineOf(document, nowMs).map(({ at, what, state, of }, i) => (
        <li key={i} class="flex gap-3 py-0.5">
          <span class={`w-20 shrink-0 ${state === 'next' ? 'font-semibold' : 'text-muted'}`}>
            <span aria-hidden="true">{shapes[state]} </span>
            {state}
          </span>
          <span class="w-28 shrink-0 text-muted">
            <Time at={at} nowMs={nowMs} />
          </span>
          <span class="min-w-0 break-words">
            {what} <span class="text-xs text-muted">{of}</span>
          </span>
        </li>
      ))}
    </ol>
  );
}
