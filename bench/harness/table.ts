import { median } from './measure.ts';
import { isHeld, type Bar, type Report, type Table } from './report.ts';
import { summarise } from './summary.ts';

/** A report as it is read in a terminal. */
export function reportText({ tables, bars, notes }: Report, referenceNs: readonly number[]): string {
  const parts = tables.map((table) => tableText(table, referenceNs));
  if (tables.some(({ cpuUnitNs }) => cpuUnitNs !== undefined)) {
    parts.push(
      `One iteration of the reference loop took ${figure(median(referenceNs))} ns; "loops" is the median in such iterations.`,
    );
  }
  if (notes.length > 0) parts.push(notes.join('\n'));
  if (bars.length > 0) parts.push(bars.map(barText).join('\n'));
  return parts.join('\n\n');
}

function tableText(table: Table, referenceNs: readonly number[]): string {
  const lines = summarise(table, referenceNs);
  const withLoops = lines.some(({ loops }) => loops !== undefined);
  const heading = ['', 'median', 'best', `x ${table.base}`, ...(withLoops ? ['loops'] : [])];
  const rows = lines.map(({ name, median: middle, best, ratio, loops }) => [
    name,
    figure(middle),
    figure(best),
    figure(ratio),
    ...(loops === undefined ? [] : [figure(loops)]),
  ]);
  return `${table.title}, ${table.unit} (${table.better} is better)\n${aligned([heading, ...rows])}`;
}

/** The first column to the left, figures to the right. */
function aligned(rows: string[][]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const cell = (text: string, column: number) =>
    column === 0 ? text.padEnd(widths[column]!) : text.padStart(widths[column]!);
  return rows.map((row) => `  ${row.map(cell).join('   ')}`.trimEnd()).join('\n');
}

export function barText(bar: Bar): string {
  const { what, actual, kind, limit, unit } = bar;
  const promise = `${what}: ${withUnit(actual, unit)}, ${kind} ${withUnit(limit, unit)}`;
  return isHeld(bar) ? `  held                ${promise}` : `  SHORT OF ITS BAR    ${promise}`;
}

const withUnit = (value: number, unit: string) => (unit === 'x' ? `${figure(value)}x` : `${figure(value)} ${unit}`);

/** Three digits that count: 0.0123, 4.56, 789, 12,300, 4.5M. */
export function figure(value: number): string {
  if (Math.abs(value) >= 1e6) return value.toLocaleString('en', { notation: 'compact', maximumSignificantDigits: 3 });
  return value.toLocaleString('en', { maximumSignificantDigits: 3 });
}
