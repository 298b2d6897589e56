import { WhetstoneError } from '@whetstone/shared/errors';
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { Button } from './button.tsx';
import { Dialog } from './dialog.tsx';
import { TextField } from './field.tsx';
import { ErrorState } from './states.tsx';

interface Props<T> {
  title: string;
  /** What the button says: "Save". */
  verb: string;
  /** Of what is dangerous: the name that has to be typed first. */
  typedBack?: string;
  /** What is to be seen first is not there yet. */
  isWaiting?: boolean;
  write: (reason: string | undefined) => Promise<T>;
  onWritten: (written: T) => void;
  /** When somebody else wrote meanwhile, in place of an error. */
  onConflict?: (() => void) | undefined;
  /** Why it would not be written, known before it is tried. */
  failure?: { error: unknown; onRetry: () => void } | undefined;
  onClose: () => void;
  /** What would change. */
  children: ComponentChildren;
}

/** Asks once more before something is written: what changes, and a reason for the history. */
export function ReasonDialog<T>({ title, verb, typedBack, isWaiting = false, children, ...more }: Props<T>) {
  const { write, onWritten, onConflict, failure, onClose } = more;
  const [reason, setReason] = useState('');
  const [typed, setTyped] = useState('');
  const [refused, setRefused] = useState<unknown>();
  const [isBusy, setBusy] = useState(false);
  const error = refused ?? failure?.error;
  const isConflict = onConflict !== undefined && error instanceof WhetstoneError && error.code === 'conflict';
  const isReady = !isWaiting && !isBusy && !isConflict && failure === undefined && (typedBack ?? typed) === typed;

  const go = async () => {
    if (!isReady) return;
    setBusy(true);
    setRefused(undefined);
    try {
      onWritten(await write(reason.trim() || undefined));
    } catch (why) {
      setRefused(why);
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
        <div class="mb-4 max-h-[55vh] overflow-y-auto" tabindex={0} role="region" aria-label="What changes">
          {children}
          {isConflict ? (
            <Conflict onCompare={onConflict} />
          ) : (
            error !== undefined && <Failure error={error} onRetry={refused === undefined && failure?.onRetry} />
          )}
        </div>
        {typedBack !== undefined && (
          <TextField label="Type its key to confirm" isCode value={typed} onInput={setTyped} hint={typedBack} />
        )}
        <TextField
          label="Reason, for whoever reads the history"
          value={reason}
          onInput={setReason}
          maxLength={500}
          isFocused={typedBack === undefined}
        />
        <div class="mt-4 flex items-center justify-end gap-2">
          <span class="mr-auto text-xs text-muted max-md:hidden">Enter or Ctrl+S goes on, Esc goes back</span>
          <Button onClick={onClose}>Back</Button>
          <Button kind={typedBack === undefined ? 'primary' : 'danger'} type="submit" disabled={!isReady}>
            {verb}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

const Conflict = ({ onCompare }: { onCompare: () => void }) => (
  <div role="alert" class="rounded border border-warn bg-warn-surface px-4 py-3">
    <p class="font-semibold text-warn">Somebody else changed this meanwhile</p>
    <p class="mt-1">Nothing was written, and your draft is as it was. Look at both versions side by side.</p>
    <Button class="mt-3" onClick={onCompare}>
      Compare
    </Button>
  </div>
);

const Failure = ({ error, onRetry }: { error: unknown; onRetry: (() => void) | false | undefined }) => (
  <ErrorState what="Nothing was written" error={error} {...(onRetry && { onRetry })}>
    {error instanceof WhetstoneError && (
      <ul class="mt-1 text-sm">
        {(error.errors ?? []).map(({ path, message }) => (
          <li key={path + message} class="break-words">
            <code class="font-mono">{path}</code>: {message}
          </li>
        ))}
      </ul>
    )}
  </ErrorState>
);
