import type { Regression } from '@whetstone/shared/contract';
import { pointsText } from '../../ui/figures.ts';
import type { Column } from '../../ui/table.tsx';
import { Time } from '../../ui/time.tsx';
import { pText } from '../figures.ts';
import { Unknown } from '../rate-cell.tsx';
import { Word } from '../word.tsx';
import { dropOf, rollbackLooks, severityLook, stateLook } from './model.ts';

export const columnsAt = (nowMs: number): Column<Regression>[] => [
  {
    name: 'State',
    class: 'w-34 md:w-31',
    cell: (regression) => (
      <span class="flex items-baseline gap-1">
        <Word look={stateLook(regression)} />
        {isMuted(regression, nowMs) && (
          <span class="text-xs text-muted" title={`Muted until ${regression.mutedUntil}`}>
            muted
          </span>
        )}
      </span>
    ),
  },
  {
    name: 'Severity',
    class: 'w-22 max-lg:hidden',
    isSecondary: true,
    cell: ({ severity }) => {
      const look = severityLook(severity);
      return look ? <Word look={look} /> : <Unknown why="Said once the reruns agree" />;
    },
  },
  {
    name: 'Subject',
    cell: ({ id, subject }) => (
      <a
        href={`/regressions/${id}`}
        class="row-link block truncate font-mono after:absolute after:inset-0"
        title={subject.label}
      >
        {subject.label}
      </a>
    ),
  },
  {
    name: 'Data set',
    class: 'w-26 max-xl:hidden',
    isSecondary: true,
    cell: ({ dataset }) => (
      <code class="block truncate font-mono" title={dataset}>
        {dataset}
      </code>
    ),
  },
  {
    name: 'Points',
    class: 'w-18',
    isNumber: true,
    cell: (regression) => pointsText(-dropOf(regression).points),
  },
  {
    name: '95 % interval, p',
    class: 'w-48',
    isSecondary: true,
    cell: (regression) => {
      const { interval, p } = dropOf(regression);
      return (
        <span class="whitespace-nowrap tabular-nums">
          {interval ? (
            `[${pointsText(-interval[1])}, ${pointsText(-interval[0])}]`
          ) : (
            <span class="text-muted" title="Said by the reruns, with an interval">
              one run each
            </span>
          )}
          , {pText(p)}
        </span>
      );
    },
  },
  {
    name: 'Flag, rollback',
    class: 'w-[19%] max-xl:hidden',
    isSecondary: true,
    cell: ({ flag, rollback }) =>
      flag === null ? (
        <Unknown why="The run names no flag that carries it" />
      ) : (
        <span class="flex gap-2">
          <span class="min-w-0 truncate font-mono" title={`${flag.key}: ${flag.variant}`}>
            {flag.key}: {flag.variant}
          </span>
          {rollback && (
            <span title={rollback.reason}>
              <Word look={rollbackLooks[rollback.outcome]} />
            </span>
          )}
        </span>
      ),
  },
  {
    name: 'Assignee',
    class: 'w-20 max-2xl:hidden',
    isSecondary: true,
    cell: ({ assignee }) =>
      assignee === null ? (
        <Unknown why="Nobody looks after it" />
      ) : (
        <span class="block truncate" title={assignee}>
          {assignee}
        </span>
      ),
  },
  {
    name: 'Found',
    class: 'w-30 max-lg:hidden',
    isSecondary: true,
    cell: ({ createdAt }) => <Time at={createdAt} nowMs={nowMs} />,
  },
];

const isMuted = ({ mutedUntil }: Regression, nowMs: number) => mutedUntil !== null && Date.parse(mutedUntil) > nowMs;
