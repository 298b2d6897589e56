import { createContext, type ComponentChildren } from 'preact';
import { useContext, useEffect, useMemo, useRef } from 'preact/hooks';

export interface Shortcut {
  /** As `KeyboardEvent.key` says it: `j`, `/`, `Enter`; `g f` one after the other; `mod+s` with Ctrl or Cmd. */
  keys: string;
  /** What it does, for the list of shortcuts: "Next row". */
  does: string;
  run: () => void;
}

interface Keyboard {
  add: (shortcuts: () => Shortcut[]) => () => void;
  /** Those in force, the latest first. */
  all: () => Shortcut[];
}

const KeyboardContext = createContext<Keyboard | undefined>(undefined);

export function useKeyboard(): Keyboard {
  const keyboard = useContext(KeyboardContext);
  if (!keyboard) throw new Error('used outside of a keyboard');
  return keyboard;
}

/** In force while the component is there; the one that came last wins. Silent while a person writes or a dialog is open. */
export function useShortcuts(shortcuts: Shortcut[]) {
  const { add } = useKeyboard();
  const latest = useRef(shortcuts);
  latest.current = shortcuts;
  useEffect(() => add(() => latest.current), [add]);
}

/** One after the other means within this time. */
const sequenceMs = 1_000;

export function KeyboardProvider({ children }: { children: ComponentChildren }) {
  const keyboard = useMemo(() => {
    const groups = new Set<() => Shortcut[]>();
    return {
      add: (group: () => Shortcut[]) => {
        groups.add(group);
        return () => void groups.delete(group);
      },
      all: () => [...groups].toReversed().flatMap((group) => group()),
    };
  }, []);

  useEffect(() => {
    let before = { key: '', atMs: -Infinity };
    const press = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing || event.altKey) return;
      const isCommand = event.ctrlKey || event.metaKey;
      if (!isCommand && isWriting(event.target)) return;
      if (document.querySelector('dialog[open]')) return;
      const key = isCommand ? `mod+${event.key.toLowerCase()}` : event.key;
      const pair = event.timeStamp - before.atMs < sequenceMs ? `${before.key} ${key}` : undefined;
      const known = keyboard.all();
      const shortcut = known.find(({ keys }) => keys === pair) ?? known.find(({ keys }) => keys === key);
      before = shortcut ? { key: '', atMs: -Infinity } : { key, atMs: event.timeStamp };
      if (!shortcut) return;
      // A button or a link that has the focus takes its own Enter.
      if (key === 'Enter' && isActivated(event.target)) return;
      event.preventDefault();
      shortcut.run();
    };
    document.addEventListener('keydown', press);
    return () => document.removeEventListener('keydown', press);
  }, [keyboard]);

  return <KeyboardContext.Provider value={keyboard}>{children}</KeyboardContext.Provider>;
}

const isWriting = (target: EventTarget | null) =>
  target instanceof HTMLElement &&
  (target.isContentEditable || target.matches('input:not([type=checkbox], [type=radio]), textarea, select'));

const isActivated = (target: EventTarget | null) =>
  target instanceof HTMLElement && target.matches('a, button, summary, [role=button]');
