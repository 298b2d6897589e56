import type { Flag } from '@whetstone/shared/contract';
import { Time } from '../ui/time.tsx';

/** Where the flag stands, in a line: a shape and a word for its state, its version, its age. */
export function StateLine({ flag, nowMs, isDirty }: { flag: Flag; nowMs: number; isDirty: boolean }) {
  const state = flag.archivedAt ? 'archived' : flag.enabled ? 'enabled' : 'disabled';
  return (
    <p class="-mt-3 mb-3 flex flex-wrap gap-x-4 text-sm text-muted">
      <span class={state === 'enabled' ? 'text-good' : ''}>
        <span aria-hidden="true">{state === 'enabled' ? '●' : '○'} </span>
        {state}
      </span>
      <span>version {flag.version}</span>
      <span>
        changed <Time at={flag.updatedAt} nowMs={nowMs} />
      </span>
      {flag.owner && <span class="break-words">owner {flag.owner}</span>}
      {isDirty && (
        <span class="text-warn">
          <span aria-hidden="true">◆ </span>unsaved changes
        </span>
      )}
    </p>
  );
}
