import { createContext, type ComponentChildren } from 'preact';
import { useCallback, useContext, useEffect, useMemo, useState } from 'preact/hooks';
import { readSession, type SignedInProject } from '../api/session.ts';
import { ProjectProvider } from '../live/project.tsx';
import { SignInPage } from '../sign-in/sign-in-page.tsx';
import { Page } from '../ui/page.tsx';
import { ErrorState } from '../ui/states.tsx';

interface SessionState {
  projects: SignedInProject[];
  current: SignedInProject;
  switchTo: (projectId: string) => void;
  /** Shows the form for a further key. */
  addKey: () => void;
  /** Takes what the server said after signing in or out. */
  take: (projects: SignedInProject[]) => void;
}

const SessionContext = createContext<SessionState | undefined>(undefined);

export function useSession(): SessionState {
  const session = useContext(SessionContext);
  if (!session) throw new Error('used outside of a session');
  return session;
}

/** The tab's own choice, which goes before that of the last tab; an id, no secret. */
const storedAs = 'whetstone.project';

/** Nothing inside is shown, or even there, unless somebody is signed in. */
export function SessionProvider({ children }: { children: ComponentChildren }) {
  const [known, setKnown] = useState<SignedInProject[] | undefined>();
  const [error, setError] = useState<unknown>();
  const [projectId, setProjectId] = useState(
    () => sessionStorage.getItem(storedAs) ?? localStorage.getItem(storedAs) ?? undefined,
  );
  const [isAdding, setAdding] = useState(false);

  const look = useCallback(() => {
    setError(undefined);
    readSession().then(({ projects }) => setKnown(projects), setError);
  }, []);
  useEffect(look, [look]);

  const switchTo = useCallback((id: string) => {
    sessionStorage.setItem(storedAs, id);
    localStorage.setItem(storedAs, id);
    setProjectId(id);
  }, []);

  const session = useMemo(() => {
    const current = known?.find(({ project }) => project.id === projectId) ?? known?.[0];
    return current && { projects: known!, current, switchTo, addKey: () => setAdding(true), take: setKnown };
  }, [known, projectId, switchTo]);

  const signedIn = (projects: SignedInProject[]) => {
    setKnown(projects);
    switchTo(projects[0]!.project.id);
    setAdding(false);
  };

  if (error) {
    return (
      <Page title="Whetstone">
        <ErrorState what="The server cannot be reached" error={error} onRetry={look} />
      </Page>
    );
  }
  if (!known) return null;
  if (!session || isAdding) {
    return <SignInPage onSignedIn={signedIn} {...(session && { onCancel: () => setAdding(false) })} />;
  }
  return (
    <SessionContext.Provider value={session}>
      <ProjectProvider key={session.current.project.id} me={session.current} onRefused={look}>
        {children}
      </ProjectProvider>
    </SessionContext.Provider>
  );
}
