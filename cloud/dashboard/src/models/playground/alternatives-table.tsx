import type { Recommendation } from '@whetstone/shared/contract';
import { useMemo } from 'preact/hooks';
import { RateCell, Unknown } from '../../evals/rate-cell.tsx';
import { durationText, usdText } from '../../ui/figures.ts';
import { Table, type Column } from '../../ui/table.tsx';
import { marginText, modelPath } from '../texts.ts';

type Alternative = Recommendation['alternatives'][number];

interface Props {
  alternatives: Alternative[];
  runnerUp: string | null;
  margin: number;
}

/** The other models and why each of them is not the one; those tied with the best before the others, without ranks. */
export function AlternativesTable({ alternatives, runnerUp, margin }: Props) {
  const rows = useMemo(() => alternatives.toSorted((a, b) => Number(b.tied) - Number(a.tied)), [alternatives]);
  const columns = useMemo(() => columnsWith(runnerUp), [runnerUp]);
  return (
    <Table
      caption="Alternatives"
      rows={rows}
      columns={columns}
      keyOf={({ model }) => model}
      headOf={({ tied }, before) =>
        tied === before?.tied
          ? undefined
          : tied
            ? `Tied: within ${marginText(margin)} of the best, not told apart from it`
            : 'Below the best'
      }
    />
  );
}

const columnsWith = (runnerUp: string | null): Column<Alternative>[] => [
  {
    name: 'Model',
    cell: ({ model, whyNot }) => (
      <>
        <span class="flex min-w-0 items-center gap-x-2 max-md:flex-wrap">
          <a
            href={modelPath(model)}
            class="row-link truncate font-mono max-md:break-all max-md:whitespace-normal"
            title={model}
          >
            {model}
          </a>
          {model === runnerUp && <span class="text-xs whitespace-nowrap text-muted">runner-up</span>}
        </span>
        <span class="block pb-1 text-xs break-words text-muted">{whyNot}</span>
      </>
    ),
  },
  {
    name: 'Success rate',
    class: 'w-36 md:w-75 2xl:w-86',
    cell: ({ estimatedSuccessRate, interval, n }) => <RateCell rate={estimatedSuccessRate} interval={interval} n={n} />,
  },
  {
    name: 'Cost',
    class: 'w-22',
    isNumber: true,
    isSecondary: true,
    cell: ({ estimatedCost }) =>
      estimatedCost === null ? <Unknown why="No attempt of it has a known cost" /> : usdText(estimatedCost),
  },
  {
    name: 'Time',
    class: 'w-24',
    isNumber: true,
    isSecondary: true,
    cell: ({ estimatedTimeMs }) =>
      estimatedTimeMs === null ? <Unknown why="No attempt of it has a known time" /> : durationText(estimatedTimeMs),
  },
];
