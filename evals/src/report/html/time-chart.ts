import type { SampleResult } from '../../run/result.ts';
import { statuses } from '../words.ts';
import { duration } from '../../figures.ts';

const width = 600;
const height = 150;
const binCount = 24;

/**
 * How long samples took, stacked by status. Times span orders of magnitude, so that bins grow by a factor; the narrowest
 * span shown is one decade.
 */
export function timeChart(results: readonly SampleResult[]): string {
  const timed = results.filter(({ status, timeMs }) => status !== 'skipped' && timeMs > 0);
  if (timed.length === 0) return '<p class="under">Nothing was timed in this run.</p>';
  const logs = timed.map(({ timeMs }) => Math.log10(timeMs));
  // Not Math.min(...logs): a run may have more samples than a call takes arguments.
  let [low, high] = [Infinity, -Infinity];
  for (const log of logs) {
    low = Math.min(low, log);
    high = Math.max(high, log);
  }
  if (high - low < 1) [low, high] = [(low + high) / 2 - 0.5, (low + high) / 2 + 0.5];
  const binOf = (log: number) => Math.min(binCount - 1, Math.floor(((log - low) / (high - low)) * binCount));
  const bins = Array.from({ length: binCount }, () => ({ passed: 0, failed: 0, timeout: 0, error: 0, skipped: 0 }));
  for (const [index, { status }] of timed.entries()) {
    const bin = bins[binOf(logs[index] ?? low)];
    if (bin) bin[status]++;
  }
  const tallest = Math.max(...bins.map((bin) => statuses.reduce((sum, status) => sum + bin[status], 0)));
  const plot = height - 34;
  const barWidth = width / binCount;
  const bars = bins.flatMap((bin, index) => {
    let top = 14 + plot;
    return statuses.flatMap((status) => {
      if (bin[status] === 0) return [];
      const tall = (bin[status] / tallest) * plot;
      top -= tall;
      const x = (index * barWidth + 1).toFixed(1);
      const said = `${bin[status]} ${status}, ${duration(10 ** edge(index))} to ${duration(10 ** edge(index + 1))}`;
      return [
        `<rect class="fill-${status}" x="${x}" y="${top.toFixed(1)}" width="${(barWidth - 2).toFixed(1)}"` +
          ` height="${tall.toFixed(1)}"><title>${said}</title></rect>`,
      ];
    });
  });
  function edge(index: number) {
    return low + (index / binCount) * (high - low);
  }
  const labels = [0, 0.25, 0.5, 0.75, 1].map((share) => {
    const anchor = share === 0 ? 'start' : share === 1 ? 'end' : 'middle';
    const at = duration(10 ** (low + share * (high - low)));
    return `<text x="${share * width}" y="${height - 4}" text-anchor="${anchor}">${at}</text>`;
  });
  return (
    `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="Time per sample, by status">` +
    `<text x="0" y="10">${tallest} samples</text>` +
    `<line class="grid" x1="0" x2="${width}" y1="${14 + plot}" y2="${14 + plot}"/>${bars.join('')}${labels.join('')}</svg>`
  );
}
