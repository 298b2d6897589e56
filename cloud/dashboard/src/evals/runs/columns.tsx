import type { EvalRun } from '@whetstone/shared/contract';
import { usdText } from '../../ui/figures.ts';
import type { Column } from '../../ui/table.tsx';
import { Time } from '../../ui/time.tsx';
import { RateCell, Unknown } from '../rate-cell.tsx';
import { StatusWord } from '../run-status.tsx';

/** What a list says of a run; the row leads to it. */
export const runColumnsAt = (nowMs: number): Column<EvalRun>[] => [
  { name: 'Status', class: 'w-28', isSecondary: true, cell: ({ status }) => <StatusWord status={status} /> },
  {
    name: 'Subject',
    cell: ({ runId, subject, purpose, status }) => (
      <>
        <a href={`/runs/${runId}`} class="row-link flex items-baseline gap-x-2 max-md:flex-wrap" title={subject.label}>
          <span class="min-w-0 truncate font-mono">{subject.label}</span>
          {purpose !== 'run' && <span class="text-xs text-muted">{purpose}</span>}
        </a>
        {status !== 'completed' && (
          <span class="text-xs md:hidden">
            <StatusWord status={status} />
          </span>
        )}
      </>
    ),
  },
  {
    name: 'Data set',
    class: 'w-36 max-lg:hidden',
    isSecondary: true,
    cell: ({ dataset }) => (
      <code class="block truncate font-mono" title={dataset}>
        {dataset}
      </code>
    ),
  },
  {
    name: 'Pass rate',
    class: 'w-42 md:w-75 2xl:w-86',
    cell: ({ passRate, interval, counts }) =>
      passRate === null || interval === null ? (
        <Unknown why="No sample has a verdict yet" />
      ) : (
        <RateCell rate={passRate} interval={interval} n={counts.passed + counts.failed + counts.timeout} />
      ),
  },
  {
    name: 'Done',
    class: 'w-20 max-xl:hidden',
    isNumber: true,
    isSecondary: true,
    cell: ({ doneCount, sampleCount }) => `${doneCount}/${sampleCount}`,
  },
  {
    name: 'Cost',
    class: 'w-20 max-xl:hidden',
    isNumber: true,
    isSecondary: true,
    cell: ({ costUsd }) => (costUsd === null ? <Unknown why="A price is not known" /> : usdText(costUsd)),
  },
  {
    name: 'Started',
    class: 'w-30 max-xl:hidden',
    isSecondary: true,
    cell: ({ createdAt }) => <Time at={createdAt} nowMs={nowMs} />,
  },
];
