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
    <main class="mx-auto max-w-sm px-4 pt-[18vh] pb-8">
      <h1 class="text-title font-semibold">{onCancel ? 'Sign in to another project' : 'Sign in to Whetstone'}</h1>
      <p class="mt-1 mb-5 text-muted">A key opens the project it belongs to, with the rights it has.</p>
      <form onSubmit={(event) => void submit(event)}>
        <TextField
          label="API key"
          isCode
          type="password"
          autocomplete="current-password"
          placeholder="wsk_…"
          value={key}
          onInput={setKey}
          error={error}
          hint={
            <>
              A server on your own machine has left one in <code class="font-mono">.whetstone/admin.key</code>;
              elsewhere whoever holds an admin key makes one.
            </>
          }
        />
        <div class="mt-5 flex gap-2">
          <Button kind="primary" type="submit" disabled={isBusy || key.trim() === ''}>
            Sign in
          </Button>
          {onCancel && <Button onClick={onCancel}>Cancel</Button>}
        </div>
      </form>
      <p class="mt-8 text-sm text-muted">
        For twelve hours this browser is let in by a cookie; the key itself is not kept.{' '}
        <a href="/docs" class="underline hover:text-text">
          API reference
        </a>
      </p>
    </main>
  );
}
