import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { fieldErrorsOf, notShown } from '../evals/form/complaints.ts';
import { PlainForm } from '../evals/form/plain-form.tsx';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { ErrorState } from '../ui/states.tsx';

interface Props<T> {
  title: string;
  verb: string;
  /** As a sentence without its end: "The source was not added". */
  failed: string;
  /** The fields there are: what is wrong elsewhere is said below them. */
  shownPaths: readonly string[];
  send: () => Promise<T>;
  onSent: (answer: T) => void;
  onClose: () => void;
  children: ComponentChildren;
}

/** Fields that are sent together; what is refused is said at its field. */
export function FormDialog<T>({ title, verb, failed, shownPaths, send, onSent, onClose, children }: Props<T>) {
  const [error, setError] = useState<unknown>();
  const [isBusy, setBusy] = useState(false);
  const complaints = fieldErrorsOf(error);
  const isSaidAtFields = complaints.length > 0 && notShown(complaints, shownPaths).length === 0;
  const go = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    setError(undefined);
    try {
      onSent(await send());
    } catch (why) {
      setError(why);
      setBusy(false);
    }
  };
  return (
    <Dialog title={title} onClose={onClose}>
      <form class="grid gap-3" onSubmit={(event) => void go(event)}>
        <PlainForm complaints={complaints} lockedBecause={undefined}>
          {children}
        </PlainForm>
        {error !== undefined && !isSaidAtFields && <ErrorState what={failed} error={error} />}
        <div class="mt-1 flex justify-end gap-2">
          <Button onClick={onClose}>Back</Button>
          <Button kind="primary" type="submit" disabled={isBusy}>
            {verb}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
