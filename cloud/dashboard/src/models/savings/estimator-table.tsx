import type { PortfolioReport } from '@whetstone/shared/contract';
import { Unknown } from '../../evals/rate-cell.tsx';
import { Table, type Column } from '../../ui/table.tsx';
import { estimatorNames, intervalText, valueText } from './figures.ts';

type Estimator = PortfolioReport['estimators'][number];

/** What the incumbent would have made of the same tasks, by each way to estimate it, or why it says nothing. */
export const EstimatorTable = ({ estimators }: Pick<PortfolioReport, 'estimators'>) =>
  estimators.length === 0 ? (
    <p class="text-muted">This fills once recommendations are followed by outcomes.</p>
  ) : (
    <Table
      caption="Estimators of what the incumbent would have made of the same tasks"
      rows={estimators}
      columns={columns}
      keyOf={({ name, of }) => `${name} ${of}`}
      headOf={({ of }, before) => (of === before?.of ? undefined : of === 'success' ? 'Success' : 'Cost per task')}
    />
  );

const formOf = (of: Estimator['of']) => (of === 'success' ? 'share' : 'usd');

const columns: Column<Estimator>[] = [
  {
    name: 'Estimator',
    cell: ({ name, refused }) => (
      <>
        <span class="block">{estimatorNames[name]}</span>
        {refused !== null && (
          <span class="block pb-1 text-xs break-words text-warn">
            <span aria-hidden="true">! </span>refused: {refused}
          </span>
        )}
      </>
    ),
  },
  {
    name: 'Value, with its 90 % interval',
    class: 'w-44 md:w-72',
    cell: ({ of, value, interval, refused }) =>
      value === null ? (
        <Unknown why={refused ?? 'Not enough data'} />
      ) : (
        <span class="tabular-nums">
          {valueText(value, formOf(of))}{' '}
          <span class="whitespace-nowrap">
            {interval === null ? '[no interval]' : intervalText(interval, formOf(of))}
          </span>
        </span>
      ),
  },
  {
    name: 'Effective n',
    class: 'w-24',
    isNumber: true,
    isSecondary: true,
    cell: ({ effectiveSampleSize }) => effectiveSampleSize.toLocaleString('en', { maximumFractionDigits: 0 }),
  },
];
