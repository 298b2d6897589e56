import { useEffect } from 'preact/hooks';

/** While something goes on, what is shown is asked for again; not while nobody looks. */
export function usePolled(isGoing: boolean, reload: () => void, everyMs = 2_000) {
  useEffect(() => {
    if (!isGoing) return undefined;
    const timer = setInterval(() => document.visibilityState === 'visible' && reload(), everyMs);
    return () => clearInterval(timer);
  }, [isGoing, reload, everyMs]);
}
