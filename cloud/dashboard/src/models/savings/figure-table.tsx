import type { PortfolioFigure, PortfolioReport } from '@whetstone/shared/contract';
import { Unknown } from '../../evals/rate-cell.tsx';
import { IntervalBar } from '../../ui/interval-bar.tsx';
import { Table, type Column } from '../../ui/table.tsx';
import { intervalText, isNoise, valueText, type Form } from './figures.ts';

interface Row {
  name: string;
  form: Form;
  figure: PortfolioFigure;
}

/** Success and cost of what was recommended and of the incumbent, and how far they are apart. */
export function FigureTable({ report: { success, cost, accuracy } }: { report: PortfolioReport }) {
  const rows: Row[] = [
    { name: 'Success, recommended', form: 'share', figure: success.recommended },
    { name: 'Success, incumbent', form: 'share', figure: success.incumbent },
    { name: 'More success', form: 'change', figure: success.liftShare },
    { name: 'Cost per task, recommended', form: 'usd', figure: cost.recommendedUsd },
    { name: 'Cost per task, incumbent', form: 'usd', figure: cost.incumbentUsd },
    { name: 'Saving', form: 'change', figure: cost.savingShare },
    { name: 'Of the best possible success', form: 'share', figure: accuracy },
  ];
  return (
    <>
      <Table caption="Recommended against the incumbent" rows={rows} columns={columns} keyOf={({ name }) => name} />
      {cost.savedUsd !== null && Math.abs(cost.savedUsd) < 0.005 && (
        <p class="mt-2 text-sm">In all it cost what the incumbent would have cost on the same tasks.</p>
      )}
      {cost.savedUsd !== null && Math.abs(cost.savedUsd) >= 0.005 && (
        <p class="mt-2 text-sm">
          In all{' '}
          <strong class="tabular-nums">
            {cost.savedUsd < 0 ? `${valueText(-cost.savedUsd, 'usd')} more` : `${valueText(cost.savedUsd, 'usd')} less`}
          </strong>{' '}
          than the incumbent would have cost on the same tasks.
        </p>
      )}
    </>
  );
}

const columns: Column<Row>[] = [
  {
    name: 'Figure',
    cell: ({ name, figure: { value, why } }) => (
      <>
        <span class="block">{name}</span>
        {value === null && <span class="block pb-1 text-xs break-words text-muted">{why}</span>}
      </>
    ),
  },
  {
    name: 'Value, with its 90 % interval',
    class: 'w-44 md:w-100',
    cell: ({ form, figure }) =>
      figure.value === null ? (
        <Unknown why={figure.why} />
      ) : (
        <span class="flex items-center gap-4 tabular-nums" title={figure.why}>
          {form !== 'usd' && figure.interval !== null && (
            <span class="w-16 shrink-0 max-md:hidden 2xl:w-24">
              <IntervalBar
                interval={figure.interval}
                at={figure.value}
                extent={form === 'share' ? [0, 1] : aroundZero(figure.interval)}
                hasZero={form === 'change'}
              />
            </span>
          )}
          <span>
            <span class="whitespace-nowrap">{valueText(figure.value, form)}</span>{' '}
            <span class="whitespace-nowrap">
              {figure.interval === null ? '[no interval]' : intervalText(figure.interval, form)}
            </span>{' '}
            <span class="whitespace-nowrap">n={figure.n.toLocaleString('en')}</span>
            {form === 'change' && isNoise(figure) && (
              <span class="text-muted" title="The interval has no difference in it">
                {' '}
                noise
              </span>
            )}
          </span>
        </span>
      ),
  },
  {
    name: 'Effective n',
    class: 'w-24',
    isNumber: true,
    isSecondary: true,
    cell: ({ figure: { effectiveSampleSize } }) =>
      effectiveSampleSize === null ? (
        <Unknown why="Each observation counts once" />
      ) : (
        effectiveSampleSize.toLocaleString('en', { maximumFractionDigits: 0 })
      ),
  },
];

const aroundZero = ([low, high]: readonly [number, number]): [number, number] => {
  const reach = Math.max(0.1, -low, high) * 1.05;
  return [-reach, reach];
};
