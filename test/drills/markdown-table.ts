/** Aligned in its source, too: results are read in terminals and diffs. */
export function markdownTable(heading: string[], rows: (string | number)[][]) {
  const cells = [heading, ...rows].map((row) => row.map((cell) => String(cell).replaceAll('|', '\\|')));
  const widths = heading.map((_, column) => Math.max(3, ...cells.map((row) => row[column]!.length)));
  const line = (row: string[]) => `| ${row.map((cell, column) => cell.padEnd(widths[column]!)).join(' | ')} |`;
  const [first = [], ...rest] = cells;
  return [line(first), line(widths.map((width) => '-'.repeat(width))), ...rest.map(line), ''].join('\n');
}
