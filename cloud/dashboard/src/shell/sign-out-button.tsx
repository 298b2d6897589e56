import { useState } from 'preact/hooks';
import { signOut } from '../api/session.ts';
import { explain } from '../ui/states.tsx';
import { useSession } from './session.tsx';
import { useGo } from './unsaved.tsx';

export function SignOutButton() {
  const { take } = useSession();
  const go = useGo();
  const [problem, setProblem] = useState<string | undefined>();
  const leave = () =>
    signOut().then(
      ({ projects }) => take(projects),
      (error: unknown) => setProblem(explain(error).message),
    );
  return (
    <>
      <button
        type="button"
        class="cursor-pointer rounded px-2 py-1 text-left text-sm text-muted hover:bg-hover hover:text-text"
        onClick={() => go('/flags', { afterwards: () => void leave() })}
      >
        Sign out
      </button>
      {problem && (
        <span role="alert" class="text-sm text-bad">
          Not signed out: {problem}
        </span>
      )}
    </>
  );
}
