import type { PortfolioReport } from '@whetstone/shared/contract';
import { Unknown } from '../../evals/rate-cell.tsx';
import { Word } from '../../evals/word.tsx';
import { Table, type Column } from '../../ui/table.tsx';
import { wholePercent } from '../texts.ts';
import { intervalText, targetNames, valueText, verdictLooks } from './figures.ts';

type Target = PortfolioReport['targets'][number];

/** What the product promises, and whether this project's data show it. */
export const TargetTable = ({ targets }: Pick<PortfolioReport, 'targets'>) => (
  <Table caption="Targets" rows={targets} columns={columns} keyOf={({ target }) => target} />
);

const columns: Column<Target>[] = [
  {
    name: 'Target',
    cell: ({ target, why }) => (
      <>
        <span class="block">{targetNames[target]}</span>
        <span class="block pb-1 text-xs break-words text-muted">{why}</span>
      </>
    ),
  },
  {
    name: 'Promised',
    class: 'w-24',
    isNumber: true,
    isSecondary: true,
    cell: ({ promised }) => `> ${wholePercent(promised)}`,
  },
  {
    name: 'Measured',
    class: 'w-60',
    isSecondary: true,
    cell: ({ target, value, interval, why }) => {
      const form = target === 'accuracy' ? 'share' : 'change';
      return value === null ? (
        <Unknown why={why} />
      ) : (
        <span class="whitespace-nowrap tabular-nums">
          {valueText(value, form)} {interval === null ? '[no interval]' : intervalText(interval, form)}
        </span>
      );
    },
  },
  { name: 'Verdict', class: 'w-36', cell: ({ verdict }) => <Word look={verdictLooks[verdict]} /> },
];
