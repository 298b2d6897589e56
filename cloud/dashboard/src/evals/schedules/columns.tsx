import type { EvalSchedule } from '@whetstone/shared/contract';
import { Button } from '../../ui/button.tsx';
import type { Column } from '../../ui/table.tsx';
import { Time } from '../../ui/time.tsx';
import { subjectText } from '../form/subject.ts';
import { Unknown } from '../rate-cell.tsx';
import { cadenceText, cronText } from './model.ts';
import { NextTime } from './next-time.tsx';

interface How {
  nowMs: number;
  /** Why nothing may be run by hand. */
  refusal: string | undefined;
  onRun: (id: string) => void;
}

export const columnsOf = ({ nowMs, refusal, onRun }: How): Column<EvalSchedule>[] => [
  {
    name: 'Name',
    cell: ({ id, name, enabled }) => (
      <a href={`/schedules/${id}`} class="row-link flex gap-2 after:absolute after:inset-0" title={name}>
        <span class="min-w-0 truncate font-medium">{name}</span>
        {!enabled && <span class="text-muted">○ off</span>}
      </a>
    ),
  },
  {
    name: 'What',
    class: 'w-[18%] max-lg:hidden',
    isSecondary: true,
    cell: ({ run }) => (
      <span class="block truncate" title={`${subjectText(run.subject)} on ${run.dataset}`}>
        <code class="font-mono">{subjectText(run.subject)}</code> on <code class="font-mono">{run.dataset}</code>
      </span>
    ),
  },
  {
    name: 'When',
    class: 'w-[30%]',
    isSecondary: true,
    cell: (schedule) => (
      <span class="block truncate" title={`${schedule.cron}, ${schedule.timeZone}`}>
        {cronText(schedule.cron) === undefined ? (
          <code class="font-mono">{cadenceText(schedule)}</code>
        ) : (
          cadenceText(schedule)
        )}
      </span>
    ),
  },
  {
    name: 'Next, in your zone',
    class: 'w-38 md:w-44',
    cell: ({ nextAt }) => (nextAt === null ? <Unknown why="It is off" /> : <NextTime at={nextAt} nowMs={nowMs} />),
  },
  {
    name: 'Last run',
    class: 'w-22 max-lg:hidden',
    isSecondary: true,
    cell: ({ lastRunId }) =>
      lastRunId === null ? (
        <Unknown why="It has not come yet" />
      ) : (
        <a href={`/runs/${lastRunId}`} class="relative underline">
          the run
        </a>
      ),
  },
  {
    name: 'Last problem',
    class: 'w-[13%]',
    isSecondary: true,
    cell: ({ id, lastProblem, updatedAt }) => (
      <>
        {lastProblem === null ? (
          <span class="text-muted">none</span>
        ) : (
          <span class="block truncate text-warn" title={lastProblem}>
            <span aria-hidden="true">! </span>
            {lastProblem}
          </span>
        )}
        <span class="sr-only">
          changed <Time at={updatedAt} nowMs={nowMs} />
        </span>
        <span class="absolute inset-y-0 right-2 hidden items-center group-focus-within:flex group-hover:flex">
          <Button class="h-7" disabled={refusal !== undefined} title={refusal} onClick={() => onRun(id)}>
            Run now
          </Button>
        </span>
      </>
    ),
  },
];
