import { RateCell, Unknown } from '../../evals/rate-cell.tsx';
import type { Column } from '../../ui/table.tsx';
import { accuracyOf, verdictLooks, verdictMeanings, verdicts, type Verdict } from './model.ts';

type Row = Record<Verdict, number> & { served: number };

/** What was counted, after the column that says of what. */
export const countColumns: Column<Row>[] = [
  {
    name: 'Accuracy',
    class: 'w-46 md:w-75 2xl:w-86',
    cell: (row) => {
      const accuracy = accuracyOf(row);
      return accuracy ? <RateCell {...accuracy} /> : <Unknown why="Nothing of it was checked in this time" />;
    },
  },
  {
    name: 'Served',
    class: 'w-20',
    isNumber: true,
    isSecondary: true,
    cell: ({ served }) => served.toLocaleString('en'),
  },
  ...verdicts.map((verdict): Column<Row> => ({
    name: `${verdictLooks[verdict].sign} ${verdictLooks[verdict].word}`,
    class: `${verdict === 'wrong_version' ? 'w-32' : 'w-24'} max-lg:hidden`,
    isNumber: true,
    isSecondary: true,
    cell: (row) => (
      <span class={row[verdict] === 0 ? 'text-muted' : verdictLooks[verdict].class} title={verdictMeanings[verdict]}>
        {row[verdict].toLocaleString('en')}
      </span>
    ),
  })),
];
