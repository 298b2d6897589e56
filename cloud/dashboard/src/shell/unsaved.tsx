import { createContext, type ComponentChildren } from 'preact';
import { useContext, useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { useLocation } from 'preact-iso';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';

interface Guard {
  hold: (isHeld: boolean) => void;
  /** Goes there, after asking when something is unsaved; `afterwards` runs only if one really went. */
  go: (url: string, options?: { replace?: boolean; afterwards?: () => void }) => void;
}

const GuardContext = createContext<Guard | undefined>(undefined);

function useGuard(): Guard {
  const guard = useContext(GuardContext);
  if (!guard) throw new Error('used outside of a guard');
  return guard;
}

/** The way to another page from code; links need nothing. */
export const useGo = () => useGuard().go;

/** While true, leaving the page by link, by key, by the back button or by closing the tab asks first. */
export function useUnsaved(isUnsaved: boolean) {
  const { hold } = useGuard();
  useEffect(() => {
    hold(isUnsaved);
    return () => hold(false);
  }, [hold, isUnsaved]);
}

export function UnsavedGuard({ children }: { children: ComponentChildren }) {
  const { route, url } = useLocation();
  const isHeld = useRef(false);
  const here = useRef(url);
  here.current = url;
  const routeTo = useRef(route);
  routeTo.current = route;
  const [asked, setAsked] = useState<
    { url: string; replace: boolean; afterwards?: (() => void) | undefined } | undefined
  >();

  useEffect(() => {
    // Before the router, which listens on the way up.
    const click = (event: MouseEvent) => {
      const link = (event.target as Element).closest('a');
      const isOurs = link?.origin === location.origin && !/^(\/docs|#)/.test(link.getAttribute('href') ?? '#');
      // A part of the same page keeps what is unsaved.
      if (link?.dataset['samePage'] !== undefined) return;
      if (!isHeld.current || !isOurs || event.button !== 0 || event.metaKey || event.ctrlKey || link.target) return;
      event.preventDefault();
      event.stopPropagation();
      setAsked({ url: link.pathname + link.search, replace: false });
    };
    const back = (event: PopStateEvent) => {
      if (!isHeld.current) return;
      const there = location.pathname + location.search;
      // Only the part after # changed: still the same page.
      if (there === here.current) return;
      event.stopImmediatePropagation();
      history.pushState(null, '', here.current);
      setAsked({ url: there, replace: true });
    };
    const close = (event: BeforeUnloadEvent) => isHeld.current && event.preventDefault();
    document.addEventListener('click', click, { capture: true });
    addEventListener('popstate', back, { capture: true });
    addEventListener('beforeunload', close);
    return () => {
      document.removeEventListener('click', click, { capture: true });
      removeEventListener('popstate', back, { capture: true });
      removeEventListener('beforeunload', close);
    };
  }, []);

  const guard = useMemo(
    () => ({
      hold: (held: boolean) => {
        isHeld.current = held;
      },
      go: (to: string, { replace = false, afterwards }: { replace?: boolean; afterwards?: () => void } = {}) => {
        if (isHeld.current) return setAsked({ url: to, replace, afterwards });
        routeTo.current(to, replace);
        afterwards?.();
      },
    }),
    [],
  );

  const leave = () => {
    isHeld.current = false;
    setAsked(undefined);
    if (!asked) return;
    routeTo.current(asked.url, asked.replace);
    asked.afterwards?.();
  };

  return (
    <GuardContext.Provider value={guard}>
      {children}
      {asked && (
        <Dialog title="Leave without saving?" onClose={() => setAsked(undefined)}>
          <p>What you changed on this page is not saved and would be lost.</p>
          <div class="mt-4 flex justify-end gap-2">
            <Button onClick={leave}>Leave, lose changes</Button>
            <Button kind="primary" onClick={() => setAsked(undefined)}>
              Stay
            </Button>
          </div>
        </Dialog>
      )}
    </GuardContext.Provider>
  );
}
