import type { ComponentChildren, VNode } from 'preact';
import { useMemo } from 'preact/hooks';
import { useGrowing } from './use-growing.ts';

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
  /** The same as long as the cells say the same of the same row: rows are made anew when either changes. */
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  keyOf: (row: Row) => string;
  /** What the rows answer: when it changes, they are made from the top again, a screen first. */
  question?: string;
  /** What stands above the first row of a group; undefined for the others. */
  headOf?: ((row: Row, before: Row | undefined) => ComponentChildren) | undefined;
  /** How many rows of grey bars stand in while the real ones are loading. */
  loading?: number;
}

const cellClass = (column: { isNumber?: boolean; isSecondary?: boolean; class?: string }) =>
  `h-9 px-2 max-md:py-1 first:pl-3 last:pr-3 ${column.isNumber ? 'text-right tabular-nums' : 'text-left'} ` +
  `${column.isSecondary ? 'max-md:hidden' : ''} ${column.class ?? ''}`;

/** Rows of 36 px under a header that stays. A link in a cell with the class `row-link` makes its whole row the link. */
export function Table<Row extends object>({ caption, columns, rows, keyOf, headOf, ...more }: Props<Row>) {
  const { question = '', loading = 0 } = more;
  const shown = useGrowing(rows.length, question);
  // A row that was made is not looked at again: a change of one flag costs one row of a thousand.
  const made = useMemo(() => new WeakMap<Row, VNode>(), [columns]);
  const rowOf = (row: Row) => {
    const known = made.get(row);
    if (known) return known;
    const fresh = makeRow(row, keyOf(row), columns);
    made.set(row, fresh);
    return fresh;
  };
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
        {rows.slice(0, shown).map((row, i) => {
          const head = headOf?.(row, rows[i - 1]);
          return head === undefined ? rowOf(row) : [makeHead(keyOf(row), head, columns), rowOf(row)];
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

/** As wide as the columns that every screen has. */
const makeHead = <Row,>(key: string, head: ComponentChildren, columns: readonly Column<Row>[]) => (
  <tr key={`head of ${key}`} class="border-b border-line bg-surface">
    <th
      scope="col"
      colSpan={columns.filter(({ isSecondary }) => !isSecondary).length}
      class="h-7 px-3 text-left text-xs font-medium text-muted"
    >
      {head}
    </th>
    {columns.map(
      (column) => column.isSecondary && <td key={column.name} class={`max-md:hidden ${column.class ?? ''}`} />,
    )}
  </tr>
);

const makeRow = <Row,>(row: Row, key: string, columns: readonly Column<Row>[]) => (
  <tr key={key} data-key={key} class="group relative border-b border-line focus-within:bg-hover hover:bg-hover">
    {columns.map((column) => (
      <td key={column.name} class={cellClass(column)}>
        {column.cell(row)}
      </td>
    ))}
  </tr>
);
