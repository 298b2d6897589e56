import type { FeedbackItem } from '@whetstone/shared/contract';
import { visibleText } from '../../code/unseen.ts';
import { Visible } from '../../code/visible.tsx';
import type { Look } from '../../evals/look.ts';
import { Unknown } from '../../evals/rate-cell.tsx';
import { Word } from '../../evals/word.tsx';
import type { Column } from '../../ui/table.tsx';
import { Time } from '../../ui/time.tsx';
import { correctionPath } from '../paths.ts';
import { heldBy } from '../review/reviewing.ts';
import { statusLooks, triageMeanings, triageText } from '../words.ts';

interface Options {
  nowMs: number;
  /** What the list is filtered by, for the page of one to go on with. */
  search: string;
  me: string;
  /** Those that do not fit what the list is filtered by any more. */
  gone: ReadonlySet<string>;
}

export const columnsOf = ({ nowMs, search, me, gone }: Options): Column<FeedbackItem>[] => [
  {
    name: 'Correction',
    cell: (item) => (
      <a
        href={correctionPath(item.id, search)}
        class="row-link block truncate after:absolute after:inset-0"
        title={visibleText(item.files.join('\n'))}
      >
        {item.files.length === 0 ? (
          <span class="text-muted">no file</span>
        ) : (
          <bdi class="font-mono">
            <Visible text={filesText(item)} />
          </bdi>
        )}
        {item.userComment !== null && (
          <bdi class="ml-2 text-muted max-md:hidden">
            <Visible text={item.userComment.slice(0, longestComment)} />
          </bdi>
        )}
      </a>
    ),
  },
  {
    name: 'About',
    class: 'w-28',
    isSecondary: true,
    cell: ({ triage }) => (
      <span
        class={`relative ${triage === null || triage === 'unknown' ? 'text-muted' : ''}`}
        title={triage === null ? 'It is read soon' : triageMeanings[triage]}
      >
        {triageText(triage)}
      </span>
    ),
  },
  {
    name: 'Recognised',
    class: 'w-44 max-xl:hidden',
    isSecondary: true,
    cell: ({ detectors }) =>
      detectors.length === 0 ? (
        <Unknown why="No detector recognised anything in it" />
      ) : (
        <span class="block truncate font-mono text-xs" title={detectors.join('\n')}>
          {detectors.join(', ')}
        </span>
      ),
  },
  {
    name: 'Lines',
    class: 'w-28 whitespace-nowrap',
    isNumber: true,
    isSecondary: true,
    cell: ({ added, removed }) => `+${added.toLocaleString('en')} −${removed.toLocaleString('en')}`,
  },
  {
    name: 'Labels',
    class: 'w-36 max-xl:hidden md:pl-6',
    isSecondary: true,
    cell: ({ labels }) => <Labels of={labels} />,
  },
  {
    name: 'Task type',
    class: 'w-28 max-2xl:hidden',
    isSecondary: true,
    cell: ({ taskType }) =>
      taskType === null ? <Unknown why="Nobody said of which kind" /> : <span class="block truncate">{taskType}</span>,
  },
  {
    name: 'Model',
    class: 'w-36 max-2xl:hidden',
    isSecondary: true,
    cell: ({ model }) =>
      model === null ? (
        <Unknown why="Nobody said which one wrote it" />
      ) : (
        <span class="block truncate font-mono text-xs" title={model}>
          {model}
        </span>
      ),
  },
  {
    name: 'Reviewer',
    class: 'w-30 max-lg:hidden',
    isSecondary: true,
    cell: (item) => {
      const holder = heldBy(item, me, nowMs);
      if (holder !== undefined)
        return (
          <span class="block truncate text-warn" title={`${holder} looks at it just now`}>
            <span aria-hidden="true">⊘ </span>locked: {holder}
          </span>
        );
      return item.assignee === null ? (
        <span class="text-muted">nobody</span>
      ) : (
        <span class="block truncate">{item.assignee === me ? 'me' : item.assignee}</span>
      );
    },
  },
  {
    name: 'Status',
    class: 'w-26',
    cell: ({ id, status }) =>
      status === 'pending' && gone.has(id) ? (
        <span title="Somebody decided or changed it since; it fits no more">
          <Word look={movedOn} />
        </span>
      ) : (
        <Word look={statusLooks[status]} />
      ),
  },
  {
    name: 'Corrected',
    class: 'w-30',
    isSecondary: true,
    cell: ({ correctedAt }) => <Time at={correctedAt} nowMs={nowMs} />,
  },
];

const movedOn: Look = { sign: '→', word: 'moved on', class: 'text-muted' };

/** A row has room for less. */
const longestComment = 300;

const filesText = ({ files: [first = '', ...others] }: FeedbackItem) =>
  others.length === 0 ? tail(first) : `${tail(first)} +${others.length}`;

/** What tells files apart stands at their end; the whole path is on hover. */
const tail = (path: string) => path.split('/').slice(-2).join('/');

const Labels = ({ of }: { of: readonly string[] }) =>
  of.length === 0 ? (
    <span class="text-muted">-</span>
  ) : (
    <span class="block truncate" title={of.join(', ')}>
      {of.map((label) => (
        <span key={label} class="mr-1 rounded border border-line bg-surface px-1 text-xs">
          {label}
        </span>
      ))}
    </span>
  );
