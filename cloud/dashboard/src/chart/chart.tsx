import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { useTheme } from '../shell/theme.tsx';

export interface ChartSeries {
  label: string;
  /** null where it has no point at that time; the line goes on to the next. */
  points: readonly (number | null)[];
  /** Its interval at each time, drawn as a band around the line. */
  band?: { low: readonly (number | null)[]; high: readonly (number | null)[] };
}

interface Props {
  label: string;
  /** Seconds since 1970. */
  times: readonly number[];
  series: readonly ChartSeries[];
  /** Moments that something happened at, in seconds, in order; each is a line from top to bottom. */
  moments: readonly number[];
  /** What stands above the lines, given how far from the left they came to stand, in pixels. */
  above: (placesPx: readonly number[]) => ComponentChildren;
  unit: string;
  /** The highest value there can be, such as 100 of a rate; default: what there is. */
  ceiling?: number;
  /** How a time is written below the chart. */
  timeText: (seconds: number) => string;
}

const heightPx = 240;
const seriesColours = 6;

/** Lines over time, drawn by uPlot, which is loaded with the first chart. What it shows stands in a table as well. */
export function Chart({ label, times, series, moments, above, unit, ceiling, timeText }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const [placesPx, setPlacesPx] = useState<readonly number[]>([]);
  const { isDark } = useTheme();
  useEffect(() => {
    let isGone = false;
    let clear = () => {};
    void import('./draw.ts').then(({ draw }) => {
      const holder = box.current;
      if (isGone || !holder) return;
      clear = draw(holder, {
        times,
        series,
        moments,
        onPlaced: setPlacesPx,
        unit,
        ceiling,
        timeText,
        heightPx,
      });
    });
    return () => {
      isGone = true;
      clear();
    };
  }, [times, series, moments, unit, ceiling, timeText, isDark]);
  return (
    <figure>
      <div class="relative">
        <div ref={box} role="img" aria-label={label} style={{ height: `${heightPx}px` }} />
        {above(placesPx)}
      </div>
      <figcaption class="mt-1 flex flex-wrap gap-x-4 text-xs">
        {series.map(({ label: name }, i) => (
          <span key={name} class="inline-flex min-w-0 items-center gap-1.5">
            <svg width="20" height="8" aria-hidden="true" class="shrink-0">
              <line
                x1="0"
                y1="4"
                x2="20"
                y2="4"
                stroke={`var(--series-${(i % seriesColours) + 1})`}
                stroke-width="2"
                stroke-dasharray={i < seriesColours ? '' : '4 3'}
              />
            </svg>
            <span class="font-mono break-words">{name}</span>
          </span>
        ))}
      </figcaption>
    </figure>
  );
}
