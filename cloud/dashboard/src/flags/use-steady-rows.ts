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
  /** Each as it was last seen; the same object as long as it is the same. */
  rows: Map<string, Row>;
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
  if (held.current?.question !== question) held.current = { question, keys: fitting(), rows: new Map() };
  const { keys, rows: seen } = held.current;
  const known = new Set(keys);
  const comers = fitting().filter((key) => !known.has(key));

  const rows = keys.flatMap((key): Row[] => {
    const last = seen.get(key);
    const flag = flags.get(key) ?? last?.flag;
    if (!flag) return [];
    const isGone = !flags.has(key);
    if (last?.flag === flag && last.isGone === isGone) return [last];
    const row = { flag, isGone };
    seen.set(key, row);
    return [row];
  });

  const showComers = () => {
    held.current = undefined;
    setTurn((count) => count + 1);
  };
  return { rows, comers, showComers };
}
