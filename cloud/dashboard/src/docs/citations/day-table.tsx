import { useMemo } from 'preact/hooks';
import { Table, type Column } from '../../ui/table.tsx';
import { countColumns } from './count-columns.tsx';
import type { Day } from './model.ts';

/** The points of the charts as text, the latest first; days without any are left out. */
export function DayTable({ days }: { days: readonly Day[] }) {
  const rows = useMemo(() => days.toSorted((a, b) => b.day.localeCompare(a.day)), [days]);
  return <Table caption="Citations by day" rows={rows} columns={columns} keyOf={({ day }) => day} />;
}

const columns: Column<Day>[] = [
  { name: 'Day', cell: ({ day }) => <span class="tabular-nums">{day}</span> },
  ...countColumns,
];
