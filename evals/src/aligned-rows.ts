/** Rows of a table: the first column to the left, figures to the right, closer together where the terminal is narrow. */
export function alignedRows(rows: readonly (readonly string[])[], columns: number): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  const gap = ' '.repeat(widths.reduce((sum, width) => sum + width + 2, 0) > columns ? 1 : 2);
  return rows.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!)))
      .join(gap)
      .trimEnd(),
  );
}
