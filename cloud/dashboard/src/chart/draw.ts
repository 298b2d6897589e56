import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { ChartSeries } from './chart.tsx';

interface Drawing {
  times: readonly number[];
  series: readonly ChartSeries[];
  unit: string;
  timeText: (seconds: number) => string;
  heightPx: number;
}

/** Draws, and follows the width of its place; answers how to take it away. */
export function draw(holder: HTMLElement, { times, series, unit, timeText, heightPx }: Drawing): () => void {
  const style = getComputedStyle(holder);
  const token = (name: string) => style.getPropertyValue(name).trim();
  const axis = {
    stroke: token('--text-muted'),
    grid: { stroke: token('--line'), width: 1 },
    ticks: { stroke: token('--line'), width: 1 },
    font: `12px ${style.fontFamily}`,
  };
  const plot = new uPlot(
    {
      width: Math.max(200, holder.clientWidth),
      height: heightPx,
      // Room for the label of the last point.
      padding: [null, 40, null, null],
      legend: { show: false },
      cursor: { y: false, drag: { x: false, y: false } },
      scales: { x: { time: true }, y: { range: (_plot, _low, high) => [0, Math.max(1, high * 1.1)] } },
      axes: [
        // One label a point, as many as there is room for: between points there is nothing to name.
        {
          ...axis,
          splits: (_plot, _axis, _low, _high) => fitting(times, holder.clientWidth),
          values: (_plot, splits) => splits.map(timeText),
        },
        { ...axis, label: unit, labelFont: axis.font, size: 56, labelSize: 20 },
      ],
      series: [
        {},
        ...series.map(({ label }, i) => ({
          label,
          stroke: token(`--series-${(i % 6) + 1}`),
          width: 1.5,
          ...(i >= 6 && { dash: [4, 3] }),
          points: { show: times.length < 40 },
        })),
      ],
    },
    [[...times], ...series.map(({ points }) => [...points])],
    holder,
  );
  const follow = new ResizeObserver(() => plot.setSize({ width: Math.max(200, holder.clientWidth), height: heightPx }));
  follow.observe(holder);
  return () => {
    follow.disconnect();
    plot.destroy();
  };
}

const labelPx = 80;

function fitting(times: readonly number[], widthPx: number): number[] {
  const step = Math.max(1, Math.ceil(times.length / Math.max(2, Math.floor(widthPx / labelPx))));
  return times.filter((_, i) => i % step === 0);
}
