import { WhetstoneError } from '@whetstone/shared/errors';
import type { Flag, WrittenFlag } from '@whetstone/shared/contract';
import { useState } from 'preact/hooks';
import { useQuery } from '../api/use-query.ts';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { inputClass } from '../ui/field.tsx';
import { ErrorState, Skeleton } from '../ui/states.tsx';
import { DiffView } from './diff-view.tsx';
import { MovesView } from './moves-view.tsx';

interface Props {
  title: string;
  /** What the button says: "Save version 4". */
  verb: string;
  before: Flag | undefined;
  /** The same write, dry. */
  rehearse: (signal: AbortSignal) => Promise<WrittenFlag>;
  write: (reason: string | undefined) => Promise<Flag>;
  /** When somebody else wrote meanwhile, in place of an error. */
  onConflict?: () => void;
  onWritten: (flag: Flag) => void;
  onClose: () => void;
}

/** Nothing is written before one has seen the diff and who moves, as the server sees them. */
export function WriteDialog({ title, verb, before, rehearse, write, onConflict, onWritten, onClose }: Props) {
  const { query, reload } = useQuery(rehearse, []);
  const [reason, setReason] = useState('');
  const [error, setError] = useState<unknown>();
  const [isBusy, setBusy] = useState(false);
  const rehearsed = query.state === 'ready' ? query.data : undefined;
  const failure = error ?? (query.state === 'failed' ? query.error : undefined);
  const isConflict = onConflict !== undefined && failure instanceof WhetstoneError && failure.code === 'conflict';

  const go = async () => {
    if (!rehearsed || isBusy) return;
    setBusy(true);
    setError(undefined);
    try {
      onWritten(await write(reason.trim() === '' ? undefined : reason.trim()));
    } catch (why) {
      setError(why);
      setBusy(false);
    }
  };

  return (
    <Dialog title={title} onClose={onClose} isWide>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void go();
        }}
        onKeyDown={(event) => {
          if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 's') {
            event.preventDefault();
            void go();
          }
        }}
      >
        <div class="max-h-[55vh] overflow-y-auto" tabindex={0} role="region" aria-label="What changes">
          {query.state === 'loading' && (
            <p aria-busy="true" class="py-4">
              <Skeleton width={60} /> <span class="sr-only">Asking the server what would change</span>
            </p>
          )}
          {rehearsed && (
            <>
              <h3 class="mb-1 text-xs text-muted">Diff</h3>
              <DiffView changes={rehearsed.diff ?? []} before={before} after={rehearsed} />
              {rehearsed.moves && (
                <>
                  <h3 class="mt-4 mb-1 text-xs text-muted">Who moves</h3>
                  <MovesView moves={rehearsed.moves} />
                </>
              )}
            </>
          )}
          {failure !== undefined && !isConflict && (
            <ErrorState
              what="Nothing was written"
              error={failure}
              {...(query.state === 'failed' && { onRetry: reload })}
            >
              {failure instanceof WhetstoneError && (
                <ul class="mt-1 text-sm">
                  {(failure.errors ?? []).map(({ path, message }) => (
                    <li key={path + message} class="break-words">
                      <code class="font-mono">{path}</code>: {message}
                    </li>
                  ))}
                </ul>
              )}
            </ErrorState>
          )}
          {isConflict && (
            <div role="alert" class="rounded border border-warn bg-warn-surface px-4 py-3">
              <p class="font-semibold text-warn">Somebody else changed this flag meanwhile</p>
              <p class="mt-1">Nothing was written, and your draft is as it was. Look at both versions side by side.</p>
              <Button class="mt-3" onClick={onConflict}>
                Compare
              </Button>
            </div>
          )}
        </div>
        <label class="mt-4 block">
          <span class="mb-1 block text-xs text-muted">Reason, for whoever reads the history</span>
          <input
            type="text"
            class={inputClass}
            maxLength={500}
            value={reason}
            autofocus
            onInput={(event) => setReason(event.currentTarget.value)}
          />
        </label>
        <div class="mt-4 flex items-center justify-end gap-2">
          <span class="mr-auto text-xs text-muted max-md:hidden">Enter or Ctrl+S saves, Esc goes back</span>
          <Button onClick={onClose}>Back</Button>
          <Button kind="primary" type="submit" disabled={!rehearsed || isBusy || isConflict}>
            {verb}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
