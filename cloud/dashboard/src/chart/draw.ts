import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { ChartSeries } from './chart.tsx';
import { followWidth, lookOf, widthOf } from './frame.ts';

interface Drawing {
  times: readonly number[];
  series: readonly ChartSeries[];
  moments: readonly number[];
  /** Called with where the moments came to stand, in pixels from the left of the holder, whenever that changes. */
  onPlaced: (placesPx: readonly number[]) => void;
  unit: string;
  ceiling: number | undefined;
  timeText: (seconds: number) => string;
  heightPx: number;
}

/** Draws, and follows the width of its place; answers how to take it away. */
export function draw(holder: HTMLElement, drawing: Drawing): () => void {
  const { times, series, moments, onPlaced, unit, ceiling, timeText, heightPx } = drawing;
  const banded = series.map((each, i) => ({ ...each, i })).filter(({ band }) => band !== undefined);
  const firstBound = series.length + 1;
  const { token, axis } = lookOf(holder);
  const plot = new uPlot(
    {
      width: widthOf(holder),
      height: heightPx,
      // Room for what stands above the moments, and for the label of the last point.
      padding: [moments.length > 0 ? 24 : null, 40, null, null],
      legend: { show: false },
      cursor: { y: false, drag: { x: false, y: false } },
      hooks: {
        draw: [
          (plot: uPlot) => {
            strike(plot, moments, token('--text-muted'));
            onPlaced(moments.map((moment) => plot.over.offsetLeft + plot.valToPos(moment, 'x')));
          },
        ],
      },
      scales: {
        x: { time: true, range: wide(moments.at(-1)) },
        y: { range: (_plot, _low, high) => [0, ceiling ?? Math.max(1, high * 1.1)] },
      },
      axes: [
        // One label a point, as many as there is room for: between points there is nothing to name.
        {
          ...axis,
          splits: (plot, _axis, from, to) =>
            fitting(times, (time) => ((time - from) / (to - from)) * plot.over.clientWidth),
          values: (_plot, splits) => splits.map(timeText),
        },
        { ...axis, label: unit, size: 56 },
      ],
      series: [
        {},
        ...series.map(({ label }, i) => ({
          label,
          stroke: token(`--series-${(i % 6) + 1}`),
          width: 1.5,
          ...(i >= 6 && { dash: [4, 3] }),
          points: { show: times.length < 40 },
          spanGaps: true,
        })),
        // The bounds of bands have no line of their own.
        ...banded.flatMap(() => [boundary, boundary]),
      ],
      bands: banded.map(({ i }, at) => ({
        series: [firstBound + 2 * at, firstBound + 2 * at + 1],
        fill: `color-mix(in srgb, ${token(`--series-${(i % 6) + 1}`)} 16%, transparent)`,
      })),
    },
    [
      [...times],
      ...series.map(({ points }) => [...points]),
      ...banded.flatMap(({ band }) => [[...band!.high], [...band!.low]]),
    ],
    holder,
  );
  return followWidth(plot, holder, heightPx);
}

const boundary = { width: 0, spanGaps: true, points: { show: false } };

const daySeconds = 86_400;

/** From the first point to the last, or to what happened after it: a point is named by the beginning of its step. */
const wide =
  (until = -Infinity) =>
  (_plot: uPlot, low: number, high: number): [number, number] => {
    const end = Math.max(high, until);
    return low < end ? [low, end] : [low - daySeconds, low + daySeconds];
  };

/** Dashed lines from top to bottom. */
function strike(plot: uPlot, moments: readonly number[], colour: string) {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.strokeStyle = colour;
  ctx.lineWidth = devicePixelRatio;
  ctx.setLineDash([3 * devicePixelRatio, 3 * devicePixelRatio]);
  ctx.beginPath();
  for (const moment of moments) {
    const x = Math.round(plot.valToPos(moment, 'x', true)) + 0.5;
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
  }
  ctx.stroke();
  ctx.restore();
}

/** With the room between two. */
const labelPx = 72;

function fitting(times: readonly number[], placeOf: (time: number) => number): number[] {
  let last = -Infinity;
  return times.filter((time) => {
    const place = placeOf(time);
    if (place - last < labelPx) return false;
    last = place;
    return true;
  });
}
