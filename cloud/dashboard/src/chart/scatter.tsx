import { useEffect, useRef } from 'preact/hooks';
import { useTheme } from '../shell/theme.tsx';
import type { Dot } from './dot.ts';

interface Props {
  label: string;
  dots: readonly Dot[];
  xUnit: string;
  yUnit: string;
}

const heightPx = 300;

/** Quality against cost, each dot with its name and interval, the front drawn. What it shows stands in the table as well. */
export function Scatter({ label, dots, xUnit, yUnit }: Props) {
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
        <span>● a subject, with its 95 % interval</span>
        <span>◎ in the best tie group</span>
        <span>┄ front: nobody is both cheaper and better</span>
      </figcaption>
    </figure>
  );
}
