import { WhetstoneError } from '@whetstone/shared/errors';
import { Button } from '../../ui/button.tsx';
import { ErrorState } from '../../ui/states.tsx';
import type { Outcome } from './use-review.ts';

interface Props {
  outcome: Outcome | undefined;
  onTakeBack: () => void;
  onDismiss: () => void;
}

/** What came of the last key, and the way back. */
export function OutcomeLine({ outcome, onTakeBack, onDismiss }: Props) {
  if (outcome?.kind === 'failed')
    return (
      <div class="mb-3">
        <ErrorState what={failedText(outcome.error)} error={outcome.error} />
      </div>
    );
  if (outcome?.kind === 'meanwhile')
    return (
      <div
        role="alert"
        class="mb-3 flex flex-wrap items-center gap-3 rounded border border-warn bg-warn-surface px-4 py-2"
      >
        <p class="min-w-0 break-words text-warn">
          <span aria-hidden="true">! </span>
          {outcome.text}
        </p>
        <Button onClick={onDismiss}>Understood</Button>
      </div>
    );
  return (
    <p role="status" class="flex min-h-6 flex-wrap items-center gap-x-3 text-sm text-muted">
      {outcome?.text}
      {outcome?.kind === 'done' && outcome.canUndo && (
        <Button kind="quiet" class="h-6 px-1.5 text-xs" onClick={onTakeBack}>
          take back <kbd class="font-mono">z</kbd>
        </Button>
      )}
    </p>
  );
}

/** An answer that did not come leaves open what became of the question. */
const failedText = (error: unknown) =>
  error instanceof WhetstoneError && error.code === 'unavailable'
    ? 'No answer came: whether it was written, the next look will show'
    : 'Nothing was written';
