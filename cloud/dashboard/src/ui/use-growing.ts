import { useEffect, useRef, useState } from 'preact/hooks';

/** About two screens. */
const first = 80;
const step = 160;

/**
 * How many of so many rows to make now: those that fit on the screen at once, the rest bit by bit in between, so that
 * typing in a filter never waits for rows that nobody sees yet. In the end all are there, to be found and tabbed to.
 */
export function useGrowing(count: number): number {
  const [, setTurn] = useState(0);
  const grown = useRef(first);
  grown.current = Math.min(grown.current, Math.max(first, count));
  useEffect(() => {
    if (grown.current >= count) return;
    const timer = setTimeout(() => {
      grown.current += step;
      setTurn((turn) => turn + 1);
    });
    return () => clearTimeout(timer);
  });
  return Math.min(grown.current, count);
}
