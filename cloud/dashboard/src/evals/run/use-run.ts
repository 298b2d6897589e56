import type { EvalResult } from '@whetstone/shared/contract';
import { useCallback, useEffect, useState } from 'preact/hooks';
import type { Api } from '../../api/api.ts';
import { useProject } from '../../live/project.tsx';
import { isGoing } from '../is-going.ts';
import { followRun } from './follow-run.ts';
import { afterEvent, resultMap, type LiveRun } from './live-run.ts';

export type RunQuery =
  | { state: 'loading' }
  | { state: 'failed'; error: unknown }
  | { state: 'ready'; live: LiveRun; isConnected: boolean };

/** A run with its results, followed live until it ends. */
export function useRun(runId: string) {
  const { api } = useProject();
  const [turn, setTurn] = useState(0);
  const [query, setQuery] = useState<RunQuery>({ state: 'loading' });
  useEffect(() => {
    const abort = new AbortController();
    const { signal } = abort;
    const change = (by: (live: LiveRun) => LiveRun, isConnected = true) =>
      setQuery((held) => (held.state === 'ready' ? { ...held, live: by(held.live), isConnected } : held));
    void (async () => {
      try {
        const first = await api.getEvalResults({ runId, limit: 500 }, { signal });
        setQuery({ state: 'ready', live: { run: first.run, results: resultMap(first.items) }, isConnected: true });
        if (isGoing(first.run)) {
          void followRun({
            api,
            runId,
            after: first.run.lastSeq,
            signal,
            onEvent: (event) => change((live) => afterEvent(live, event)),
            onConnected: (isConnected) => change((live) => live, isConnected),
          });
        }
        await restOf(api, runId, first.nextCursor, signal, (items) =>
          // What came live meanwhile is newer.
          change((live) => ({ ...live, results: new Map([...resultMap(items), ...live.results]) })),
        );
      } catch (error) {
        if (!signal.aborted) setQuery((held) => (held.state === 'ready' ? held : { state: 'failed', error }));
      }
    })();
    return () => abort.abort();
  }, [api, runId, turn]);
  useEffect(() => setQuery({ state: 'loading' }), [api, runId]);
  const reload = useCallback(() => setTurn((count) => count + 1), []);
  return { query, reload };
}

async function restOf(
  api: Api,
  runId: string,
  cursor: string | null,
  signal: AbortSignal,
  onPage: (items: readonly EvalResult[]) => void,
) {
  for (let next = cursor; next !== null;) {
    const page = await api.getEvalResults({ runId, limit: 500, cursor: next }, { signal });
    onPage(page.items);
    next = page.nextCursor;
  }
}
