import type { PortfolioCellView } from '@whetstone/shared/contract';
import { RateCell, Unknown } from '../evals/rate-cell.tsx';
import { usdText } from '../ui/figures.ts';
import type { Column } from '../ui/table.tsx';
import { costSpread, next10Text, timeSpread, wholePercent } from './texts.ts';

const noCost = 'No attempt here has a known cost: neither told, nor is the price of the model known';

/** What is known of one model at one kind of task, after the column that says which. */
export const cellColumns: Column<PortfolioCellView>[] = [
  {
    name: 'Success rate',
    class: 'w-46 md:w-75 2xl:w-86',
    cell: ({ rate, interval, n, solved }) => (
      <span class="block" title={`${solved} of ${n} solved here; the rate leans on wider cells where n is small`}>
        <RateCell rate={rate} interval={interval} n={n} />
      </span>
    ),
  },
  {
    name: 'Next 10',
    class: 'w-18 max-lg:hidden',
    isNumber: true,
    isSecondary: true,
    cell: ({ next10 }) => (
      <span title="Of the next ten such tasks so many will be solved, with 90 %">{next10Text(next10)}</span>
    ),
  },
  {
    name: 'Cost median, p90',
    class: 'w-40 max-lg:hidden',
    isNumber: true,
    isSecondary: true,
    cell: (cell) => costSpread(cell) ?? <Unknown why={noCost} />,
  },
  {
    name: '$ / solved',
    class: 'w-24 max-xl:hidden',
    isNumber: true,
    isSecondary: true,
    cell: ({ costPerSolvedUsd, solved }) =>
      costPerSolvedUsd === null ? (
        <Unknown why={solved === 0 ? 'Nothing was solved here' : noCost} />
      ) : (
        usdText(costPerSolvedUsd)
      ),
  },
  {
    name: 'Time median, p90',
    class: 'w-46 whitespace-nowrap max-xl:hidden',
    isNumber: true,
    isSecondary: true,
    cell: (cell) => timeSpread(cell) ?? <Unknown why="No attempt here has a known time" />,
  },
  {
    name: 'Pooled',
    class: 'w-18 max-lg:hidden',
    isNumber: true,
    isSecondary: true,
    cell: ({ pooledShare }) => (
      <span title="How much of the rate comes from wider cells, other projects and evals">
        {wholePercent(pooledShare)}
      </span>
    ),
  },
];
