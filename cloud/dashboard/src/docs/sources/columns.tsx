import type { Source } from '@whetstone/shared/contract';
import { Unknown } from '../../evals/rate-cell.tsx';
import { Word } from '../../evals/word.tsx';
import { Button } from '../../ui/button.tsx';
import type { Column } from '../../ui/table.tsx';
import { Time } from '../../ui/time.tsx';
import { ingestPath, statusLooks } from '../ingests/model.ts';
import { libraryPath } from '../paths.ts';
import { libraryText, placeText } from './source-text.ts';

interface How {
  nowMs: number;
  /** Why nothing may be changed. */
  refusal: string | undefined;
  onDelete: (id: string) => void;
}

export const columnsOf = ({ nowMs, refusal, onDelete }: How): Column<Source>[] => [
  {
    name: 'Library',
    class: 'md:w-[18%]',
    cell: (source) => (
      <>
        <a
          href={libraryPath(source.library)}
          class="row-link block truncate font-mono font-medium after:absolute after:inset-0 max-md:break-all max-md:whitespace-normal"
          title={libraryText(source)}
        >
          {libraryText(source)}
        </a>
        <span class="block text-xs break-all text-muted md:hidden">{placeText(source.library, source.source)}</span>
      </>
    ),
  },
  {
    name: 'From',
    isSecondary: true,
    cell: ({ library, source }) => (
      <span class="block truncate" title={placeText(library, source)}>
        {placeText(library, source)}
      </span>
    ),
  },
  {
    name: 'Looked at again',
    class: 'w-32 max-lg:hidden',
    isSecondary: true,
    cell: ({ refresh }) => (refresh === 'weekly' ? 'every week' : <span class="text-muted">never</span>),
  },
  {
    name: 'Last ingest',
    class: 'w-34 md:w-56',
    cell: (source) => (
      <>
        <LastIngest of={source.lastIngest} nowMs={nowMs} />
        {/* Where nothing hovers, the row has its action in sight. */}
        <Delete of={source} refusal={refusal} onDelete={onDelete} class="relative mt-1 md:hidden" />
      </>
    ),
  },
  {
    name: 'Created',
    class: 'w-40 max-lg:hidden',
    isSecondary: true,
    cell: (source) => (
      <>
        <Time at={source.createdAt} nowMs={nowMs} />
        <span class="absolute inset-y-0 right-2 hidden items-center group-focus-within:flex group-hover:flex">
          <Delete of={source} refusal={refusal} onDelete={onDelete} />
        </span>
      </>
    ),
  },
];

function LastIngest({ of, nowMs }: { of: Source['lastIngest']; nowMs: number }) {
  if (of === null) return <Unknown why="Nothing was taken from it yet, or so long ago that it is no longer kept" />;
  return (
    <a
      href={ingestPath(of)}
      class="relative flex flex-wrap gap-x-2 underline decoration-line-strong"
      title={of.failure ?? `Version ${of.version}`}
    >
      <Word look={statusLooks[of.status]} />
      {of.endedAt !== null && (
        <span class="text-muted">
          <Time at={of.endedAt} nowMs={nowMs} />
        </span>
      )}
    </a>
  );
}

type DeleteProps = Pick<How, 'refusal' | 'onDelete'> & { of: Source; class?: string };

const Delete = ({ of, refusal, onDelete, class: more = '' }: DeleteProps) => (
  <Button
    class={`h-7 ${more}`}
    disabled={refusal !== undefined}
    title={refusal ?? 'd'}
    aria-label={`Delete the source of ${libraryText(of)}`}
    onClick={() => onDelete(of.id)}
  >
    Delete
  </Button>
);
