import type { ComponentChildren } from 'preact';

export interface Column<Row> {
  name: string;
  /** Numbers stand on the right. */
  isNumber?: boolean;
  /** Left out on narrow screens. */
  isSecondary?: boolean;
  class?: string;
  cell: (row: Row) => ComponentChildren;
}

interface Props<Row> {
  caption: string;
  columns: Column<Row>[];
  rows: readonly Row[];
  keyOf: (row: Row) => string;
  /** Of the row that the keyboard is on. */
  current?: string | undefined;
  /** How many rows of grey bars stand in while the real ones are loading. */
  loading?: number;
  rowClass?: (row: Row) => string;
}

const cellClass = (column: { isNumber?: boolean; isSecondary?: boolean; class?: string }) =>
  `h-9 px-2 first:pl-3 last:pr-3 ${column.isNumber ? 'text-right tabular-nums' : 'text-left'} ` +
  `${column.isSecondary ? 'max-md:hidden' : ''} ${column.class ?? ''}`;

/** Rows of 36 px under a header that stays. A link in a cell with the class `row-link` makes its whole row the link. */
export function Table<Row>({ caption, columns, rows, keyOf, current, loading = 0, rowClass }: Props<Row>) {
  return (
    <table class="w-full table-fixed border-collapse text-sm" aria-busy={loading > 0}>
      <caption class="sr-only">{caption}</caption>
      <thead class="sticky top-0 z-10 bg-canvas">
        <tr class="border-b border-line text-muted">
          {columns.map((column) => (
            <th key={column.name} scope="col" class={`${cellClass(column)} font-medium`}>
              {column.name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => {
          const key = keyOf(row);
          return (
            <tr
              key={key}
              data-key={key}
              data-current={current === key || undefined}
              class={`group relative border-b border-line hover:bg-hover data-current:bg-hover ${rowClass?.(row) ?? ''}`}
            >
              {columns.map((column) => (
                <td key={column.name} class={cellClass(column)}>
                  {column.cell(row)}
                </td>
              ))}
            </tr>
          );
        })}
        {Array.from({ length: loading }, (_, index) => (
          <tr key={index} class="border-b border-line">
            {columns.map((column) => (
              <td key={column.name} class={cellClass(column)}>
                <span aria-hidden="true" class="inline-block h-3 w-3/5 animate-pulse rounded bg-line" />
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
