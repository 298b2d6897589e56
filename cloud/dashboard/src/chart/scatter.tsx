import { useEffect, useRef } from 'preact/hooks';
import { useTheme } from '../shell/theme.tsx';
import type { Dot } from './dot.ts';

interface Props {
  label: string;
  dots: readonly Dot[];
  xUnit: string;
  yUnit: string;
  /** What the signs mean; default: those of a leaderboard. */
  legend?: readonly string[];
}

const heightPx = 300;

const boardLegend = [
  '● a subject, with its 95 % interval',
  '◎ in the best tie group',
  '┄ front: nobody is both cheaper and better',
];

/** Quality against cost, each dot with its name and interval, the front drawn. What it shows stands in the table as well. */
export function Scatter({ label, dots, xUnit, yUnit, legend = boardLegend }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const { isDark } = useTheme();
  useEffect(() => {
    let isGone = false;
    let clear = () => {};
    void import('./draw-scatter.ts').then(({ drawScatter }) => {
      const holder = box.current;
      if (isGone || !holder) return;
      clear = drawScatter(holder, { dots, xUnit, yUnit, heightPx });
    });
    return () => {
      isGone = true;
      clear();
    };
  }, [dots, xUnit, yUnit, isDark]);
  return (
    <figure>
      <div ref={box} role="img" aria-label={label} style={{ height: `${heightPx}px` }} />
      <figcaption class="mt-1 flex flex-wrap gap-x-4 text-xs text-muted">
        {legend.map((each) => (
          <span key={each}>{each}</span>
        ))}
      </figcaption>
    </figure>
  );
}
