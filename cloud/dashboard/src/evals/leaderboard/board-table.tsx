import type { LeaderboardRow } from '@whetstone/shared/contract';
import { useMemo } from 'preact/hooks';
import { durationText, pointsText, usdText } from '../../ui/figures.ts';
import { Table, type Column } from '../../ui/table.tsx';
import { Time } from '../../ui/time.tsx';
import { RateCell, Unknown } from '../rate-cell.tsx';
import { groupHeads } from './tie-groups.ts';

interface Props {
  rows: readonly LeaderboardRow[];
  nowMs: number;
  loading: number;
  question: string;
}

/** Subjects, best first; those that cannot be told apart share a group instead of having ranks. */
export function BoardTable({ rows, nowMs, loading, question }: Props) {
  const columns = useMemo(() => columnsAt(nowMs), [nowMs]);
  const heads = useMemo(() => groupHeads(rows), [rows]);
  return (
    <Table
      caption="Subjects by pass rate, measured here"
      rows={rows}
      columns={columns}
      keyOf={({ subject }) => subject.id}
      headOf={({ tieGroup }, before) => (tieGroup === before?.tieGroup ? undefined : heads.get(tieGroup))}
      loading={loading}
      question={question}
    />
  );
}

const columnsAt = (nowMs: number): Column<LeaderboardRow>[] => [
  { name: 'Subject', cell: (row) => <SubjectCell row={row} /> },
  {
    name: 'Pass rate',
    class: 'w-42 md:w-75 2xl:w-86',
    cell: ({ passRate, interval, n, rankRange: [best, worst] }) => (
      <span class="block" title={best === worst ? `Rank ${best}` : `The data allow any rank from ${best} to ${worst}`}>
        <RateCell rate={passRate} interval={interval} n={n} />
      </span>
    ),
  },
  {
    name: '$ / solved',
    class: 'w-26 max-lg:hidden',
    isNumber: true,
    isSecondary: true,
    cell: ({ costPerSolvedUsd, isOnFront }) =>
      costPerSolvedUsd === null ? (
        <Unknown why="The price of an answer is not known, or nothing was solved" />
      ) : (
        <span title={isOnFront ? 'Nobody is both cheaper and better' : undefined}>
          {isOnFront && (
            <span role="img" aria-label="on the cost-quality front">
              ◆{' '}
            </span>
          )}
          {usdText(costPerSolvedUsd)}
        </span>
      ),
  },
  {
    name: 'Time median, p90',
    class: 'w-36 max-xl:hidden',
    isNumber: true,
    isSecondary: true,
    cell: ({ medianTimeMs, p90TimeMs }) =>
      medianTimeMs === null ? (
        <Unknown why="No verdict has a time" />
      ) : (
        `${durationText(medianTimeMs)}, ${p90TimeMs === null ? '-' : durationText(p90TimeMs)}`
      ),
  },
  {
    name: 'Change',
    class: 'w-26 max-lg:hidden',
    isNumber: true,
    isSecondary: true,
    cell: ({ change }) =>
      change === null ? (
        <Unknown why="There is one run alone" />
      ) : (
        <span
          class={change.isDistinguishable ? (change.points < 0 ? 'text-bad' : 'text-good') : 'text-muted'}
          title={`Points of the last run against the one before it${change.p === null ? '' : `, p = ${change.p.toPrecision(2)}`}`}
        >
          {pointsText(change.points)} {change.isDistinguishable ? (change.points < 0 ? '↓' : '↑') : 'noise'}
        </span>
      ),
  },
  {
    name: 'Runs',
    class: 'w-14 max-xl:hidden',
    isNumber: true,
    isSecondary: true,
    cell: ({ runs }) => runs.toLocaleString('en'),
  },
  {
    name: 'Last',
    class: 'w-30 max-lg:hidden',
    isSecondary: true,
    cell: ({ lastRunAt }) => <Time at={lastRunAt} nowMs={nowMs} />,
  },
];

function SubjectCell({ row }: { row: LeaderboardRow }) {
  const { subject, lastRunId, openRegressionId, warnings } = row;
  return (
    <>
      <span class="flex min-w-0 items-center gap-x-2 max-md:flex-wrap">
        {lastRunId === null ? (
          <span class="truncate font-mono" title={subject.label}>
            {subject.label}
          </span>
        ) : (
          <a href={`/runs/${lastRunId}`} class="row-link truncate font-mono" title={subject.label}>
            {subject.label}
          </a>
        )}
        <span class="text-xs text-muted max-[1400px]:hidden">{subject.kind}</span>
        {openRegressionId !== null && (
          <a
            href={`/regressions/${openRegressionId}`}
            class="relative z-1 text-xs whitespace-nowrap text-bad underline"
          >
            ↓ regressed
          </a>
        )}
      </span>
      {warnings.map((warning) => (
        <span key={warning} class="block pb-0.5 text-xs text-warn">
          ! {warning}
        </span>
      ))}
    </>
  );
}
