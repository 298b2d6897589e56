import { useCallback, useEffect, useState } from 'preact/hooks';

export type Query<T> =
  | { state: 'loading' }
  | { state: 'failed'; error: unknown }
  /** `error` when the last reload failed: what is shown may be out of date. */
  | { state: 'ready'; data: T; error?: unknown };

/**
 * What `load` resolves with, loaded again when a dependency changes or `reload` is called. While it loads again, what is
 * there stays; with other dependencies it begins anew.
 */
export function useQuery<T>(load: (signal: AbortSignal) => Promise<T>, dependencies: readonly unknown[]) {
  const [turn, setTurn] = useState(0);
  const [query, setQuery] = useState<Query<T>>({ state: 'loading' });

  useEffect(() => setQuery({ state: 'loading' }), dependencies);
  useEffect(() => {
    const abort = new AbortController();
    load(abort.signal).then(
      (data) => !abort.signal.aborted && setQuery({ state: 'ready', data }),
      (error: unknown) =>
        !abort.signal.aborted &&
        setQuery((held) => (held.state === 'ready' ? { ...held, error } : { state: 'failed', error })),
    );
    return () => abort.abort();
  }, [...dependencies, turn]);

  const reload = useCallback(() => setTurn((count) => count + 1), []);
  return { query, reload };
}
