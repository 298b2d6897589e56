import { shortened } from '../../excerpt.ts';
import { escapeHtml } from './escape.ts';

export interface RateRow {
  label: string;
  n: number;
  rate: number;
  interval: readonly [number, number];
  /** Where the rate would lie if all that is missing had failed, or passed. */
  bracket?: readonly [number, number];
}

const left = 130;
const width = 420;
const right = 90;
const rowHeight = 24;

/** Rates with their intervals, a row each, from 0 to 100 %. */
export function rateChart(rows: readonly RateRow[], title: string): string {
  const height = rows.length * rowHeight + 18;
  const x = (rate: number) => (left + rate * width).toFixed(1);
  const grid = [0, 0.25, 0.5, 0.75, 1].map(
    (rate) =>
      `<line class="grid" x1="${x(rate)}" x2="${x(rate)}" y1="0" y2="${height - 16}"/>` +
      `<text x="${x(rate)}" y="${height - 3}" text-anchor="middle">${rate * 100} %</text>`,
  );
  const marks = rows.map((row, index) => {
    const y = index * rowHeight + rowHeight / 2;
    const [low, high] = row.interval;
    const bracket = row.bracket
      ? `<line class="bracket" x1="${x(row.bracket[0])}" x2="${x(row.bracket[1])}" y1="${y + 6}" y2="${y + 6}"/>`
      : '';
    return (
      `<text class="strong" x="${left - 10}" y="${y + 4}" text-anchor="end">${escapeHtml(shortened(row.label, 18))}</text>` +
      `<line class="whisker" x1="${x(low)}" x2="${x(high)}" y1="${y}" y2="${y}"/>` +
      [low, high]
        .map((end) => `<line class="whisker" x1="${x(end)}" x2="${x(end)}" y1="${y - 3}" y2="${y + 3}"/>`)
        .join('') +
      `<circle class="fill-time" cx="${x(row.rate)}" cy="${y}" r="4"/>${bracket}` +
      `<text x="${left + width + 10}" y="${y + 4}">${(row.rate * 100).toFixed(1)} % n=${row.n}</text>`
    );
  });
  return (
    `<svg viewBox="0 0 ${left + width + right} ${height}" role="img" aria-label="${escapeHtml(title)}">` +
    `${grid.join('')}${marks.join('')}</svg>`
  );
}
