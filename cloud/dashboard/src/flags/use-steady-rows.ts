import { useRef, useState } from 'preact/hooks';
import type { ListedFlag, LiveFlags } from '../live/live-flags.ts';

export interface Row {
  flag: ListedFlag;
  /** Archived, or restored where archived ones are listed, while one was looking. */
  isGone: boolean;
}

interface Held {
  question: string;
  keys: string[];
  /** Each as it was last seen. */
  flags: Map<string, ListedFlag>;
}

/**
 * Rows that change in place and do not move while one reads them: which ones there are is decided when the question
 * changes. What goes stays where it was, marked; what comes is counted, and shown when one asks for it.
 */
export function useSteadyRows(flags: LiveFlags, matches: (flag: ListedFlag) => boolean, question: string) {
  const held = useRef<Held | undefined>(undefined);
  const [, setTurn] = useState(0);

  const fitting = () =>
    [...flags.values()]
      .filter(matches)
      .map(({ key }) => key)
      .sort();
  if (held.current?.question !== question) held.current = { question, keys: fitting(), flags: new Map() };
  const { keys, flags: seen } = held.current;
  const known = new Set(keys);
  const comers = fitting().filter((key) => !known.has(key));

  const rows = keys.flatMap((key): Row[] => {
    const flag = flags.get(key);
    if (flag) seen.set(key, flag);
    const last = seen.get(key);
    return last ? [{ flag: last, isGone: !flag }] : [];
  });

  const showComers = () => {
    held.current = undefined;
    setTurn((count) => count + 1);
  };
  return { rows, comers, showComers };
}
