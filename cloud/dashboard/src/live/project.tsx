import { createContext, type ComponentChildren } from 'preact';
import { useContext, useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { createApi, type Api } from '../api/api.ts';
import type { SignedInProject } from '../api/session.ts';
import { followFlags } from './flag-stream.ts';
import {
  afterMessage,
  withListed,
  withRemarks,
  type FlagMessage,
  type ListedFlag,
  type LiveFlags,
} from './live-flags.ts';

interface Project {
  api: Api;
  /** Whose key this is, its role, and the project it opens. */
  me: SignedInProject;
  isConnected: boolean;
  flags: { state: 'loading' } | { state: 'failed'; error: unknown } | { state: 'ready'; flags: LiveFlags };
  reloadFlags: () => void;
  /** Tells of each change in the project until the returned function is called. */
  onChange: (listener: (message: FlagMessage) => void) => () => void;
}

const ProjectContext = createContext<Project | undefined>(undefined);

/** The project this tab looks at: its client, its flags and what happens to them. */
export function useProject(): Project {
  const project = useContext(ProjectContext);
  if (!project) throw new Error('used outside of a project');
  return project;
}

/** Calls the listener, the latest one given, for each change in the project. */
export function useChanges(listener: (message: FlagMessage) => void) {
  const { onChange } = useProject();
  const latest = useRef(listener);
  latest.current = listener;
  useEffect(() => onChange((message) => latest.current(message)), [onChange]);
}

/** The server itself is up to a minute behind. */
const remarksEveryMs = 60_000;

interface Props {
  me: SignedInProject;
  onRefused: () => void;
  children: ComponentChildren;
}

/** One per project: given another `key` when the person switches, so that nothing of the one shows in the other. */
export function ProjectProvider({ me, onRefused, children }: Props) {
  const api = useMemo(() => createApi({ projectId: me.project.id, onRefused }), [me.project.id, onRefused]);
  const listeners = useMemo(() => new Set<(message: FlagMessage) => void>(), []);
  const [flags, setFlags] = useState<Project['flags']>({ state: 'loading' });
  const [isConnected, setConnected] = useState(true);
  const [turn, setTurn] = useState(0);

  useEffect(() => {
    const abort = new AbortController();
    let held: LiveFlags = new Map();
    let isListed = false;
    const show = (next: LiveFlags) => {
      held = next;
      if (isListed) setFlags({ state: 'ready', flags: next });
    };
    void followFlags({
      api,
      signal: abort.signal,
      onConnected: setConnected,
      onMessage: (message) => {
        show(afterMessage(held, message));
        for (const listener of listeners) listener(message);
      },
    });
    allFlags(api, abort.signal).then(
      (listed) => {
        isListed = true;
        show(withListed(held, listed));
      },
      (error: unknown) => !abort.signal.aborted && setFlags({ state: 'failed', error }),
    );
    // The stream tells of changes, not of use. What fails here is asked again; that the server is away says the stream.
    const again = setInterval(() => {
      if (!isListed || document.visibilityState !== 'visible') return;
      const asked = allFlags(api, abort.signal).then((listed) => withRemarks(held, listed));
      asked.then((next) => next !== held && show(next)).catch(() => {});
    }, remarksEveryMs);
    return () => {
      clearInterval(again);
      abort.abort();
    };
  }, [api, turn]);

  const project = useMemo(
    () => ({
      api,
      me,
      isConnected,
      flags,
      reloadFlags: () => {
        setFlags({ state: 'loading' });
        setTurn((count) => count + 1);
      },
      onChange: (listener: (message: FlagMessage) => void) => {
        listeners.add(listener);
        return () => void listeners.delete(listener);
      },
    }),
    [api, me, isConnected, flags],
  );
  return <ProjectContext.Provider value={project}>{children}</ProjectContext.Provider>;
}

/** Every flag of the project, in pages as large as the server gives them. */
export async function allFlags(api: Api, signal: AbortSignal, archived = false): Promise<ListedFlag[]> {
  const flags: ListedFlag[] = [];
  for (let cursor: string | null | undefined; cursor !== null;) {
    const page = await api.listFlags({ limit: 500, archived, ...(cursor && { cursor }) }, { signal });
    flags.push(...page.items);
    cursor = page.nextCursor;
  }
  return flags;
}
