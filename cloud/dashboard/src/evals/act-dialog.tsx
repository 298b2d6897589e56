import { WhetstoneError } from '@whetstone/shared/errors';
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { TextField } from '../ui/field.tsx';
import { ErrorState } from '../ui/states.tsx';

interface Props<T> {
  title: string;
  verb: string;
  /** Of what is dangerous: the name that has to be typed first. */
  typedBack?: string;
  /** What is asked for is there. */
  isReady?: boolean;
  write: () => Promise<T>;
  onWritten: (written: T) => void;
  /** Somebody else did something meanwhile: what stands below is to be read again. */
  onConflict?: () => void;
  onClose: () => void;
  children?: ComponentChildren;
}

/** Asks for what an action needs, and says why it was refused. */
export function ActDialog<T>({ title, verb, typedBack, isReady = true, children, ...more }: Props<T>) {
  const { write, onWritten, onConflict, onClose } = more;
  const [typed, setTyped] = useState('');
  const [error, setError] = useState<unknown>();
  const [isBusy, setBusy] = useState(false);
  const canGo = isReady && !isBusy && (typedBack ?? typed) === typed;
  const go = async () => {
    if (!canGo) return;
    setBusy(true);
    setError(undefined);
    try {
      onWritten(await write());
    } catch (why) {
      setError(why);
      if (why instanceof WhetstoneError && why.code === 'conflict') onConflict?.();
      setBusy(false);
    }
  };
  return (
    <Dialog title={title} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void go();
        }}
      >
        {children}
        {typedBack !== undefined && (
          <TextField
            label="Type its name to confirm"
            isCode
            isFocused
            value={typed}
            onInput={setTyped}
            hint={typedBack}
          />
        )}
        {error !== undefined && <ErrorState what="That was not done" error={error} />}
        <div class="mt-4 flex justify-end gap-2">
          <Button onClick={onClose}>Back</Button>
          <Button kind={typedBack === undefined ? 'primary' : 'danger'} type="submit" disabled={!canGo}>
            {verb}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
