import type { EvalRun } from '@whetstone/shared/contract';
import { isGoing } from '../is-going.ts';
import { StatusWord } from '../run-status.tsx';

const parts = [
  { status: 'passed', class: 'bg-good' },
  { status: 'failed', class: 'bg-bad' },
  { status: 'timeout', class: 'bg-bad opacity-60' },
  { status: 'error', class: 'bg-warn' },
  { status: 'skipped', class: 'bg-line-strong' },
] as const;

/** How far a run is, and of what kind its results are so far. */
export function RunProgress({ run, isConnected }: { run: EvalRun; isConnected: boolean }) {
  const { status, doneCount, sampleCount, counts, failure } = run;
  const goesOn = isGoing(run);
  return (
    <div class="mb-4">
      <p class="mb-1 flex flex-wrap items-baseline gap-x-3">
        <StatusWord status={status} />
        <span class="tabular-nums" aria-live={goesOn ? 'polite' : undefined}>
          {doneCount} of {sampleCount}
        </span>
        {parts.map(({ status: each }) =>
          counts[each] === 0 ? null : (
            <span key={each} class="text-sm">
              <StatusWord status={each} /> <span class="tabular-nums">{counts[each]}</span>
            </span>
          ),
        )}
        {goesOn && !isConnected && (
          <span role="status" class="text-sm text-warn">
            live events lost, connecting again
          </span>
        )}
      </p>
      <div
        role="progressbar"
        aria-label="Samples with a verdict"
        aria-valuemin={0}
        aria-valuemax={sampleCount}
        aria-valuenow={doneCount}
        class="flex h-1.5 overflow-hidden rounded bg-line"
      >
        {parts.map(({ status: each, class: look }) => (
          <span key={each} class={look} style={{ width: `${(counts[each] / Math.max(1, sampleCount)) * 100}%` }} />
        ))}
      </div>
      {failure !== null && status === 'cancelled' && <p class="mt-2 text-muted">{failure}</p>}
      {failure !== null && status !== 'cancelled' && (
        <p role="alert" class="mt-2 rounded border border-bad bg-bad-surface px-3 py-2 text-bad">
          {failure}
        </p>
      )}
    </div>
  );
}
