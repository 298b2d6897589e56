import { useState } from 'preact/hooks';
import { signIn, type SignedInProject } from '../api/session.ts';
import { Button } from '../ui/button.tsx';
import { TextField } from '../ui/field.tsx';
import { explain } from '../ui/states.tsx';

interface Props {
  onSignedIn: (projects: SignedInProject[]) => void;
  /** When somebody is signed in already and only adds a key. */
  onCancel?: () => void;
}

export function SignInPage({ onSignedIn, onCancel }: Props) {
  const [key, setKey] = useState('');
  const [error, setError] = useState<string | undefined>();
  const [isBusy, setBusy] = useState(false);

  const submit = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    try {
      const { projects } = await signIn({ key: key.trim() });
      onSignedIn(projects);
    } catch (failure) {
      setError(explain(failure).message);
      setBusy(false);
    }
  };

  return (
    <main class="mx-auto max-w-sm px-4 py-16">
      <h1 class="mb-4 text-title font-semibold">Sign in to Whetstone</h1>
      <form onSubmit={(event) => void submit(event)}>
        <TextField
          label="API key"
          isCode
          type="password"
          autocomplete="current-password"
          value={key}
          onInput={setKey}
          error={error}
        />
        <div class="flex gap-2">
          <Button kind="primary" type="submit" disabled={isBusy || key.trim() === ''}>
            Sign in
          </Button>
          {onCancel && <Button onClick={onCancel}>Cancel</Button>}
        </div>
      </form>
    </main>
  );
}
