import type { PortfolioReport } from '@whetstone/shared/contract';
import { wilsonInterval } from '@whetstone/shared/stats';
import { shareText } from '../../evals/figures.ts';
import { rateText } from '../../ui/figures.ts';
import { Table, type Column } from '../../ui/table.tsx';
import { CalibrationPlot } from './calibration-plot.tsx';

type Bins = PortfolioReport['calibration']['bins'];

/** Whether what was expected came to pass: of tasks of which so many were to be solved, how many were. */
export function Calibration({ of, asTable }: { of: PortfolioReport['calibration']; asTable: boolean }) {
  const bins = of.bins.filter(({ n }) => n > 0);
  if (bins.length === 0)
    return <p class="text-muted">This fills once recommendations that said what to expect are followed by outcomes.</p>;
  return (
    <>
      <p class="mb-3">
        Expected calibration error{' '}
        <span class="tabular-nums" title="Mean distance between expected and solved, over ten bins">
          {of.ece === null ? '-' : shareText(of.ece)}
        </span>
        , Brier score{' '}
        <span
          class="tabular-nums"
          title="Mean squared distance between what was expected and 1 or 0; .25 knows nothing"
        >
          {of.brier === null ? '-' : of.brier.toFixed(3)}
        </span>
        , n={of.n.toLocaleString('en')}
      </p>
      {asTable ? (
        <Table caption="Calibration by bin" rows={bins} columns={columns} keyOf={({ from }) => String(from)} />
      ) : (
        <CalibrationPlot bins={bins} />
      )}
    </>
  );
}

const columns: Column<Bins[number]>[] = [
  { name: 'Expected between', cell: ({ from, to }) => `${shareText(from)} and ${shareText(to)}` },
  { name: 'On average', class: 'w-26', isNumber: true, isSecondary: true, cell: ({ expected }) => shareText(expected) },
  {
    name: 'Solved',
    class: 'w-52',
    isNumber: true,
    cell: ({ solved, n }) => rateText(solved, wilsonInterval(Math.round(solved * n), n, 0.1), n),
  },
];
