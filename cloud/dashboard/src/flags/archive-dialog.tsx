import { useState } from 'preact/hooks';
import { useProject } from '../live/project.tsx';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { TextField } from '../ui/field.tsx';
import { ErrorState } from '../ui/states.tsx';

interface Props {
  flagKey: string;
  onClose: () => void;
}

/** Asks for the key to be typed back, since whoever still evaluates the flag gets their default from then on. */
export function ArchiveDialog({ flagKey, onClose }: Props) {
  const { api } = useProject();
  const [typed, setTyped] = useState('');
  const [error, setError] = useState<unknown>();
  const [isBusy, setBusy] = useState(false);

  const archive = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    try {
      await api.archiveFlag({ key: flagKey });
      onClose();
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
  };

  return (
    <Dialog title="Archive this flag?" onClose={onClose}>
      <form onSubmit={(event) => void archive(event)}>
        <p class="mb-3">
          It is no longer evaluated: programs that still ask for <code class="font-mono break-all">{flagKey}</code> get
          their own default. Its rules are kept and can be restored.
        </p>
        <TextField label="Type its key to confirm" isCode value={typed} onInput={setTyped} hint={flagKey} />
        {error !== undefined && <ErrorState what="The flag was not archived" error={error} />}
        <div class="mt-4 flex justify-end gap-2">
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="danger" type="submit" disabled={typed !== flagKey || isBusy}>
            Archive
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
