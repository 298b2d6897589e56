import { useEffect, useState } from 'preact/hooks';
import { Button } from '../../ui/button.tsx';
import { inputClass } from '../../ui/field.tsx';

interface Props {
  /** As it is stored. */
  note: string | null;
  refusal: string | undefined;
  /** Resolves with whether it was written. */
  onSave: (note: string | null) => Promise<boolean>;
}

/** What reviewers say to each other; agents never see it. */
export function NoteField({ note, refusal, onSave }: Props) {
  const [stored, setStored] = useState(note ?? '');
  const [typed, setTyped] = useState(stored);
  // Others may write one meanwhile; what is being typed here stays.
  useEffect(() => {
    setTyped((held) => (held === stored ? (note ?? '') : held));
    setStored(note ?? '');
  }, [note]);
  const isChanged = typed.trim() !== stored;
  const save = async () => {
    const text = typed.trim();
    if (!isChanged || !(await onSave(text === '' ? null : text))) return;
    setTyped(text);
    setStored(text);
  };
  return (
    <div class="flex max-w-2xl flex-wrap items-start gap-2">
      <textarea
        aria-label="Note for reviewers"
        class={`${inputClass} h-auto min-h-8 min-w-0 flex-1 basis-56 py-1 text-sm`}
        rows={Math.min(8, typed.split('\n').length)}
        maxLength={4_000}
        placeholder="for other reviewers; no agent sees it"
        disabled={refusal !== undefined}
        title={refusal}
        value={typed}
        onInput={(event) => setTyped(event.currentTarget.value)}
      />
      {isChanged && (
        <Button disabled={refusal !== undefined} onClick={() => void save()}>
          Save the note
        </Button>
      )}
    </div>
  );
}
