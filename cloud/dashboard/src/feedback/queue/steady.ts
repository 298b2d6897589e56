import type { FeedbackItem } from '@whetstone/shared/contract';
import { useRef, useState } from 'preact/hooks';

/** What the server answered: the newest that fit, and whether that is all of them. */
interface Reading {
  items: readonly FeedbackItem[];
  nextCursor: string | null;
}

interface Steady {
  rows: readonly FeedbackItem[];
  /** Came since, and are not among the rows. */
  comers: number;
  /** Do not fit any more: somebody decided or changed them. */
  gone: ReadonlySet<string>;
}

/** Rows that do not move while one reads them: what comes is counted, what goes stays where it was. Older ones follow behind. */
export function steadied(held: readonly FeedbackItem[], { items, nextCursor }: Reading): Steady {
  if (held.length === 0) return { rows: items, comers: 0, gone: new Set() };
  const read = new Map(items.map((item) => [item.id, item]));
  const known = new Set(held.map(({ id }) => id));
  const [oldestHeld, oldestRead] = [held.at(-1)!.id, items.at(-1)?.id];
  const others = items.filter(({ id }) => !known.has(id));
  // The newest first is by id; behind the last one that was read, nothing is known.
  const isGone = (id: string) => !read.has(id) && (nextCursor === null || oldestRead === undefined || id > oldestRead);
  return {
    rows: [...held.map((item) => latest(item, read.get(item.id))), ...others.filter(({ id }) => id < oldestHeld)],
    comers: others.filter(({ id }) => id > oldestHeld).length,
    gone: new Set([...known].filter(isGone)),
  };
}

/** An answer that was on its way during a change knows less. */
const latest = (held: FeedbackItem, read: FeedbackItem | undefined) =>
  read === undefined || held.version > read.version ? held : read;

interface Held extends Steady {
  question: string;
  /** The last answer that the rows know of; what was changed here since is newer. */
  reading: Reading | undefined;
}

const heldOf = (question: string): Held => ({ question, reading: undefined, rows: [], comers: 0, gone: new Set() });

/** The rows of a question, steady until another is asked or somebody wants to see what there is now. */
export function useSteadyRows(question: string, reading: Reading | undefined) {
  const held = useRef(heldOf(question));
  const [, setTurn] = useState(0);
  const draw = () => setTurn((turn) => turn + 1);
  if (held.current.question !== question) held.current = heldOf(question);
  if (reading && held.current.reading !== reading)
    held.current = { question, reading, ...steadied(held.current.rows, reading) };
  const { rows, comers, gone } = held.current;
  return {
    rows,
    comers,
    gone,
    replace: (item: FeedbackItem) => {
      const { rows: before } = held.current;
      held.current = { ...held.current, rows: before.map((row) => (row.id === item.id ? item : row)) };
      draw();
    },
    showNow: () => {
      held.current = heldOf(question);
      draw();
    },
  };
}
