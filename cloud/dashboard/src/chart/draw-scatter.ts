import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { Dot } from './dot.ts';
import { placeNames } from './place-names.ts';
import { followWidth, lookOf, widthOf } from './frame.ts';

interface Drawing {
  dots: readonly Dot[];
  xUnit: string;
  yUnit: string;
  heightPx: number;
}

/** Draws, and follows the width of its place; answers how to take it away. Costs that are wide apart stand on a logarithmic axis. */
export function drawScatter(holder: HTMLElement, { dots, xUnit, yUnit, heightPx }: Drawing): () => void {
  const { token, font, axis } = lookOf(holder);
  const byCost = dots.toSorted((a, b) => a.x - b.x);
  const isWide = areWideApart(byCost);
  const plot = new uPlot(
    {
      width: widthOf(holder),
      height: heightPx,
      padding: [12, 96, null, null],
      legend: { show: false },
      cursor: { show: false },
      hooks: { draw: [(drawn: uPlot) => drawDots(drawn, byCost, { token, font })] },
      scales: {
        x: isWide
          ? { time: false, distr: 3, range: decades(byCost) }
          : { time: false, range: [0, highest(byCost) * 1.1 || 1] },
        y: { range: [0, 100] },
      },
      axes: [
        {
          ...axis,
          label: xUnit,
          size: 36,
          ...(isWide
            ? {
                filter: (_plot, splits) => splits,
                values: (plot, splits) =>
                  splits.map((usd) => (isNamed(usd, byCost, plot.over.clientWidth) ? `$${plain(usd)}` : '')),
              }
            : { values: (_plot, splits) => splits.map((usd) => `$${Number(usd.toPrecision(3))}`) }),
        },
        { ...axis, label: yUnit, size: 56 },
      ],
      series: [
        {},
        {
          stroke: token('--text-muted'),
          width: 1,
          dash: [4, 4],
          spanGaps: true,
          points: { show: false },
        },
      ],
    },
    [byCost.map(({ x }) => x), byCost.map(({ y, isOnFront }) => (isOnFront ? y : null))],
    holder,
  );
  return followWidth(plot, holder, heightPx);
}

/** A cost of nothing has no place on a logarithmic axis. */
const areWideApart = (dots: readonly Dot[]) => {
  const lowest = Math.min(...dots.map(({ x }) => x));
  return lowest > 0 && highest(dots) / lowest >= 5;
};

const highest = (dots: readonly Dot[]) => Math.max(...dots.map(({ x }) => x));

/** Whole decades, and where there is room for them their 2 and 5. */
function isNamed(usd: number, dots: readonly Dot[], widthPx: number): boolean {
  const [low, high] = decades(dots);
  const lead = usd / 10 ** Math.floor(Math.log10(usd * 1.000_001));
  return (widthPx / Math.log10(high / low) > 160 ? [1, 2, 5] : [1]).some((each) => Math.abs(lead - each) < 0.01);
}

const plain = (usd: number) => Number(usd.toPrecision(1)).toLocaleString('en', { maximumFractionDigits: 12 });

/** Whole decades around the costs there are. */
function decades(dots: readonly Dot[]): [number, number] {
  const costs = dots.map(({ x }) => x);
  const low = Math.floor(Math.log10(Math.min(...costs)));
  const high = Math.ceil(Math.log10(Math.max(...costs)));
  return [10 ** low, 10 ** Math.max(high, low + 1)];
}

interface Look {
  token: (name: string) => string;
  font: string;
}

function drawDots(plot: uPlot, dots: readonly Dot[], { token, font }: Look) {
  const { ctx } = plot;
  const scale = devicePixelRatio;
  ctx.save();
  ctx.font = font.replace('12px', `${12 * scale}px`);
  ctx.textBaseline = 'middle';
  ctx.textAlign = 'left';
  // What the front was drawn with.
  ctx.setLineDash([]);
  const placed = byPlace(plot, dots, scale);
  dots.forEach(({ interval: [low, high], isRinged, isMarked }, i) => {
    const { at } = placed[i]!;
    ctx.strokeStyle = ctx.fillStyle = token(`--series-${(i % 6) + 1}`);
    ctx.lineWidth = scale;
    ctx.beginPath();
    ctx.moveTo(at.x, plot.valToPos(low, 'y', true));
    ctx.lineTo(at.x, plot.valToPos(high, 'y', true));
    ctx.stroke();
    ctx.beginPath();
    if (isMarked) ctx.rect(at.x - 4 * scale, at.y - 4 * scale, 8 * scale, 8 * scale);
    else ctx.arc(at.x, at.y, 4 * scale, 0, 2 * Math.PI);
    ctx.fill();
    if (isRinged) {
      ctx.beginPath();
      ctx.arc(at.x, at.y, 7 * scale, 0, 2 * Math.PI);
      ctx.stroke();
    }
  });
  for (const { name, place } of placed) {
    if (place === undefined) continue;
    // Lines that a name lies on stay away from its letters.
    ctx.strokeStyle = token('--canvas');
    ctx.lineWidth = 3 * scale;
    ctx.strokeText(name, place.x, place.y);
    ctx.fillStyle = token('--text');
    ctx.fillText(name, place.x, place.y);
  }
  ctx.restore();
}

/** Where each dot is and where its name goes; a name without a place stands in the table alone. */
function byPlace(plot: uPlot, dots: readonly Dot[], scale: number) {
  const shown = dots.map(({ label, x, y, isRinged, isMarked = false }) => ({
    name: label.length > 24 ? `${label.slice(0, 23)}…` : label,
    at: { x: plot.valToPos(x, 'x', true), y: plot.valToPos(y, 'y', true) },
    isFirst: isRinged || isMarked,
  }));
  const names = shown.map(({ name, at, isFirst }) => ({ ...at, width: plot.ctx.measureText(name).width, isFirst }));
  const places = placeNames(names, 14 * scale, plot.ctx.canvas.width);
  return shown.map(({ name, at }, i) => ({ name, at, place: places[i] }));
}
