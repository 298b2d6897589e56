import { useMemo } from 'preact/hooks';
import { RateCell } from '../../evals/rate-cell.tsx';
import { usdText } from '../../ui/figures.ts';
import { Table, type Column } from '../../ui/table.tsx';
import { modelPath } from '../texts.ts';
import type { Point } from './model.ts';

/** The points of the chart as text, the cheapest first. */
export function CostTable({ points, incumbent }: { points: readonly Point[]; incumbent: string | null }) {
  const columns = useMemo(() => columnsWith(incumbent), [incumbent]);
  return <Table caption="Cost and quality as a table" rows={points} columns={columns} keyOf={({ model }) => model} />;
}

const columnsWith = (incumbent: string | null): Column<Point>[] => [
  {
    name: 'Model',
    cell: ({ model }) => (
      <a
        href={modelPath(model)}
        class="row-link block truncate font-mono max-md:break-all max-md:whitespace-normal"
        title={model}
      >
        {model}
      </a>
    ),
  },
  {
    name: '$ / attempt',
    class: 'w-26',
    isNumber: true,
    isSecondary: true,
    cell: ({ costMedianUsd }) => usdText(costMedianUsd),
  },
  {
    name: 'Success rate',
    class: 'w-46 md:w-75 2xl:w-86',
    cell: ({ rate, interval, n }) => <RateCell rate={rate} interval={interval} n={n} />,
  },
  {
    name: 'Is',
    class: 'w-52',
    isSecondary: true,
    cell: ({ model, tied, isOnFront }) =>
      [tied && '◎ best or tied', isOnFront && '◆ on the front', model === incumbent && '■ incumbent']
        .filter(Boolean)
        .join(', '),
  },
];
