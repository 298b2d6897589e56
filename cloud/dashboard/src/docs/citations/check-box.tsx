import type { VerifiedCitation } from '@whetstone/shared/contract';
import { useState } from 'preact/hooks';
import { fieldErrorsOf } from '../../evals/form/complaints.ts';
import { PlainForm } from '../../evals/form/plain-form.tsx';
import { Field, fieldClass } from '../../flag/form/fields.tsx';
import { useProject } from '../../live/project.tsx';
import { useRefusal } from '../../live/rights.ts';
import { useShortcuts } from '../../shell/keyboard.tsx';
import { Button } from '../../ui/button.tsx';
import { ErrorState } from '../../ui/states.tsx';
import { CheckedList } from './checked-list.tsx';

/** Whether what a text quotes is what the documentation says, citation by citation. */
export function CheckBox({ onChecked }: { onChecked: () => void }) {
  const { api } = useProject();
  const refusal = useRefusal('agent');
  const [text, setText] = useState('');
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  const [checked, setChecked] = useState<readonly VerifiedCitation[] | undefined>();
  const complaints = fieldErrorsOf(error);
  const cannot =
    refusal ?? (isBusy ? 'It is being checked' : text.trim() === '' ? 'Paste a text with citations first' : undefined);
  const check = async () => {
    if (cannot !== undefined) return;
    setBusy(true);
    setError(undefined);
    try {
      setChecked((await api.verifyCitations({ text })).citations);
      onChecked();
    } catch (why) {
      setError(why);
      setChecked(undefined);
    } finally {
      setBusy(false);
    }
  };
  useShortcuts([{ keys: 'mod+enter', does: 'Check what is written in the box', run: () => void check() }]);
  return (
    <div class="max-w-4xl">
      <PlainForm complaints={complaints} lockedBecause={refusal}>
        <Field label="Text with [ws:ID] behind what it quotes" path="text">
          {(attributes) => (
            <textarea
              {...attributes}
              class={`${fieldClass} block w-full resize-y`}
              rows={5}
              value={text}
              placeholder={'The page says "an entry is dropped after 30 seconds" [ws:1f0c…].'}
              onInput={(event) => setText(event.currentTarget.value)}
            />
          )}
        </Field>
      </PlainForm>
      <p class="mt-2 flex flex-wrap items-center gap-3">
        <Button disabled={cannot !== undefined} title={cannot ?? 'Ctrl+Enter or ⌘Enter'} onClick={() => void check()}>
          Check
        </Button>
        <span class="text-sm text-muted">What is checked here counts in the figures above.</span>
      </p>
      {error !== undefined && complaints.length === 0 && (
        <div class="mt-3">
          <ErrorState what="Nothing was checked" error={error} />
        </div>
      )}
      {checked && <CheckedList citations={checked} />}
    </div>
  );
}
