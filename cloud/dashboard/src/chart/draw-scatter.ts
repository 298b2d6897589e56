import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { Dot } from './dot.ts';
import { followWidth, lookOf, widthOf } from './frame.ts';

interface Drawing {
  dots: readonly Dot[];
  xUnit: string;
  yUnit: string;
  heightPx: number;
}

/** Draws, and follows the width of its place; answers how to take it away. Costs stand on a logarithmic axis. */
export function drawScatter(holder: HTMLElement, { dots, xUnit, yUnit, heightPx }: Drawing): () => void {
  const { token, font, axis } = lookOf(holder);
  const byCost = dots.toSorted((a, b) => a.x - b.x);
  const plot = new uPlot(
    {
      width: widthOf(holder),
      height: heightPx,
      padding: [12, 96, null, null],
      legend: { show: false },
      cursor: { show: false },
      hooks: { draw: [(drawn: uPlot) => drawDots(drawn, byCost, { token, font })] },
      scales: {
        x: { time: false, distr: 3, range: decades(byCost) },
        y: { range: [0, 100] },
      },
      axes: [
        {
          ...axis,
          label: xUnit,
          size: 36,
          filter: (_plot, splits) => splits,
          values: (_plot, splits) => splits.map((usd) => (isNamed(usd, byCost) ? `$${plain(usd)}` : '')),
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

/** Whole decades, and within few of them their 2 and 5. */
function isNamed(usd: number, dots: readonly Dot[]): boolean {
  const [low, high] = decades(dots);
  const lead = usd / 10 ** Math.floor(Math.log10(usd * 1.000_001));
  return (Math.log10(high / low) < 2.5 ? [1, 2, 5] : [1]).some((each) => Math.abs(lead - each) < 0.01);
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
  let lastLabel = { x: -Infinity, y: -Infinity };
  dots.forEach(({ label, x, y, interval: [low, high], isRinged }, i) => {
    const at = { x: plot.valToPos(x, 'x', true), y: plot.valToPos(y, 'y', true) };
    const colour = token(`--series-${(i % 6) + 1}`);
    ctx.strokeStyle = ctx.fillStyle = colour;
    ctx.lineWidth = scale;
    ctx.beginPath();
    ctx.moveTo(at.x, plot.valToPos(low, 'y', true));
    ctx.lineTo(at.x, plot.valToPos(high, 'y', true));
    ctx.stroke();
    ctx.beginPath();
    ctx.arc(at.x, at.y, 4 * scale, 0, 2 * Math.PI);
    ctx.fill();
    if (isRinged) {
      ctx.beginPath();
      ctx.arc(at.x, at.y, 7 * scale, 0, 2 * Math.PI);
      ctx.stroke();
    }
    // Names that would lie on one another are pushed down by a line.
    const isClose = Math.abs(at.y - lastLabel.y) < 14 * scale && Math.abs(at.x - lastLabel.x) < 120 * scale;
    lastLabel = { x: at.x, y: isClose ? lastLabel.y + 14 * scale : at.y };
    const name = label.length > 24 ? `${label.slice(0, 23)}…` : label;
    // Lines that a name lies on stay away from its letters.
    ctx.strokeStyle = token('--canvas');
    ctx.lineWidth = 3 * scale;
    ctx.strokeText(name, at.x + 10 * scale, lastLabel.y);
    ctx.fillStyle = token('--text');
    ctx.fillText(name, at.x + 10 * scale, lastLabel.y);
  });
  ctx.restore();
}
