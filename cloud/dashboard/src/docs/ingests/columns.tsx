import type { Ingest } from '@whetstone/shared/contract';
import { Unknown } from '../../evals/rate-cell.tsx';
import { Word } from '../../evals/word.tsx';
import { Button } from '../../ui/button.tsx';
import type { Column } from '../../ui/table.tsx';
import { Time } from '../../ui/time.tsx';
import { isUnderWay } from '../libraries/model.ts';
import { libraryText, placeText } from '../sources/source-text.ts';
import { Bar } from './bar.tsx';
import { ingestPath, pagesText, statusLooks } from './model.ts';

interface How {
  nowMs: number;
  /** Why nothing may be fetched. */
  refusal: string | undefined;
  onRetry: (ingest: Ingest) => void;
}

export const columnsOf = ({ nowMs, refusal, onRetry }: How): Column<Ingest>[] => [
  {
    name: 'Library',
    class: 'md:w-[20%] xl:w-[14%]',
    cell: (ingest) => (
      <a
        href={ingestPath(ingest)}
        class="row-link block truncate font-mono font-medium after:absolute after:inset-0 max-md:break-all max-md:whitespace-normal"
        title={libraryText(ingest)}
      >
        {libraryText(ingest)}
      </a>
    ),
  },
  {
    name: 'Status',
    class: 'w-42 md:w-26',
    cell: (ingest) => (
      <>
        <Word look={statusLooks[ingest.status]} />
        <span class="block md:hidden">
          <Narrow of={ingest} />
        </span>
      </>
    ),
  },
  {
    name: 'Step',
    isSecondary: true,
    cell: ({ step, failure, status }) =>
      failure === null ? (
        <span class="block truncate text-muted" title={step}>
          {step === status ? '' : step}
        </span>
      ) : (
        <span class={`block truncate ${status === 'failed' ? 'text-bad' : 'text-muted'}`} title={failure}>
          {failure}
        </span>
      ),
  },
  {
    name: 'From',
    class: 'w-[14%] max-xl:hidden',
    isSecondary: true,
    cell: ({ library, source }) => (
      <span class="block truncate" title={placeText(library, source)}>
        {placeText(library, source)}
      </span>
    ),
  },
  {
    name: 'Pages',
    class: 'w-24',
    isNumber: true,
    isSecondary: true,
    cell: (ingest) => (
      <span class="block" title={pagesTitle(ingest)}>
        {pagesText(ingest)}
        <Bar of={ingest} />
      </span>
    ),
  },
  {
    name: 'Unchanged',
    class: 'w-24 max-lg:hidden',
    isNumber: true,
    isSecondary: true,
    cell: ({ pagesUnchanged }) => pagesUnchanged.toLocaleString('en'),
  },
  {
    name: 'Chunks',
    class: 'w-18 max-lg:hidden',
    isNumber: true,
    isSecondary: true,
    cell: (ingest) => untilIndexed(ingest, ingest.chunks),
  },
  {
    name: 'Symbols',
    class: 'w-20 max-xl:hidden',
    isNumber: true,
    isSecondary: true,
    cell: (ingest) => untilIndexed(ingest, ingest.symbols),
  },
  {
    name: 'Skipped',
    class: 'w-20 max-lg:hidden',
    isNumber: true,
    isSecondary: true,
    cell: ({ skipped }) =>
      skipped.length === 0 ? '0' : <span class="text-warn">! {skippedText(skipped.length)}</span>,
  },
  {
    name: 'Ended',
    class: 'w-36 pl-5',
    isSecondary: true,
    cell: (ingest) => (
      <>
        {ingest.endedAt === null ? (
          <Unknown why={isUnderWay(ingest) ? 'It is under way' : 'Nobody wrote down when'} />
        ) : (
          <span title={startedTitle(ingest)}>
            <Time at={ingest.endedAt} nowMs={nowMs} />
          </span>
        )}
        {ingest.status === 'failed' && (
          <span class="absolute inset-y-0 right-2 hidden items-center group-focus-within:flex group-hover:flex">
            <Button
              class="h-7"
              disabled={refusal !== undefined}
              title={refusal ?? 'r'}
              aria-label={`Fetch ${libraryText(ingest)} again`}
              onClick={() => onRetry(ingest)}
            >
              Try again
            </Button>
          </span>
        )}
      </>
    ),
  },
];

/** More than these are not listed. */
const mostListed = 100;

export const skippedText = (count: number) => (count >= mostListed ? `${mostListed} or more` : `${count}`);

/** What the columns say that a narrow screen has no room for. */
const Narrow = ({ of }: { of: Ingest }) =>
  of.failure === null ? (
    <>
      <span class="text-xs text-muted tabular-nums">{pagesText(of)} pages</span>
      <Bar of={of} />
    </>
  ) : (
    <span class="line-clamp-2 text-xs break-words text-muted">{of.failure}</span>
  );

const pagesTitle = (ingest: Ingest) =>
  isUnderWay(ingest) && ingest.pagesExpected === null ? 'The source does not say how many there are' : undefined;

const startedTitle = ({ startedAt }: Ingest) => (startedAt === null ? 'It never began' : `Begun ${startedAt}`);

/** Nothing is counted before the pages are there. */
const untilIndexed = ({ status }: Ingest, count: number) =>
  count === 0 && status !== 'done' ? <Unknown why="Counted once its pages are there" /> : count.toLocaleString('en');
