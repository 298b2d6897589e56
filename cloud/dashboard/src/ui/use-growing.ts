import { useEffect, useRef, useState } from 'preact/hooks';

/** About two screens. */
const first = 80;
/** As many as a slow machine makes between two frames. */
const step = 40;

/**
 * How many of so many rows to make now: those that fit on the screen at once, the rest in moments in which the browser has
 * nothing else to do, so that typing never waits for rows that nobody sees yet. Another `question` begins anew. In the end
 * all are there, to be found and tabbed to.
 */
export function useGrowing(count: number, question: string): number {
  const [, setTurn] = useState(0);
  const grown = useRef({ question, rows: first });
  if (grown.current.question !== question) grown.current = { question, rows: first };
  const { rows } = grown.current;
  useEffect(() => {
    if (rows >= count) return;
    return whenIdle(() => {
      grown.current.rows += step;
      setTurn((turn) => turn + 1);
    });
  });
  return Math.min(rows, count);
}

/** Safari has no idle moments to ask for. */
function whenIdle(act: () => void): () => void {
  if (!('requestIdleCallback' in globalThis)) {
    const timer = setTimeout(act, 50);
    return () => clearTimeout(timer);
  }
  // A machine that is never idle gets its rows as well.
  const handle = requestIdleCallback(act, { timeout: 500 });
  return () => cancelIdleCallback(handle);
}
