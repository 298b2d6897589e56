import { useMemo } from 'preact/hooks';
import type { ListedFlag } from '../live/live-flags.ts';
import { Button } from '../ui/button.tsx';
import { Table, type Column } from '../ui/table.tsx';
import { Time } from '../ui/time.tsx';
import { flagPath } from './flag-path.ts';
import { inForce } from './in-force.ts';
import { servesText } from './serves-text.ts';
import type { Row } from './use-steady-rows.ts';

interface How {
  nowMs: number;
  /** The archived ones are listed. */
  isArchive: boolean;
  /** Why this person may not change flags. */
  refusal: string | undefined;
  onArchive: (key: string) => void;
  onRestore: (key: string) => void;
}

interface Props extends How {
  rows: Row[];
  question: string;
  isLoading: boolean;
}

export function FlagTable({ rows, question, isLoading, ...how }: Props) {
  const columns = useMemo(() => columnsFor(how), Object.values(how));
  return (
    <Table
      caption={how.isArchive ? 'Archived flags' : 'Flags'}
      columns={columns}
      rows={rows}
      question={question}
      loading={isLoading ? 12 : 0}
      keyOf={({ flag }) => flag.key}
    />
  );
}

const columnsFor = ({ nowMs, isArchive, ...action }: How): Column<Row>[] => [
  { name: 'Key', class: 'w-[62%] md:w-[31%]', cell: ({ flag }) => <Key flag={flag} /> },
  {
    name: 'State',
    class: 'md:w-[7%]',
    cell: (row) => <State row={row} isArchive={isArchive} nowMs={nowMs} />,
  },
  { name: 'Serves', isSecondary: true, cell: ({ flag }) => <Cut text={servesText(flag, nowMs)} /> },
  {
    name: 'Tags',
    isSecondary: true,
    class: 'w-[11%]',
    cell: ({ flag }) => <Cut text={flag.tags?.join(', ')} why="No tags" />,
  },
  {
    name: 'Owner',
    isSecondary: true,
    class: 'w-[9%]',
    cell: ({ flag }) => <Cut text={flag.owner} why="No owner" />,
  },
  {
    name: 'Evaluated',
    isSecondary: true,
    class: 'w-[10%]',
    cell: ({ flag }) => <LastEvaluated flag={flag} nowMs={nowMs} />,
  },
  {
    name: 'Changed',
    isSecondary: true,
    class: 'w-[11%]',
    cell: (row) => (
      <>
        <span class="group-focus-within:invisible group-hover:invisible">
          <Time at={row.flag.updatedAt} nowMs={nowMs} />
        </span>
        <RowAction row={row} isRestorable={isArchive !== row.isGone} {...action} />
      </>
    ),
  },
];

const Key = ({ flag }: { flag: ListedFlag }) => (
  <span class="flex items-center gap-2">
    <a
      href={flagPath(flag.key)}
      title={flag.description}
      class="row-link min-w-0 truncate font-mono after:absolute after:inset-0 hover:underline"
    >
      {flag.key}
    </a>
    {flag.staleReasons !== undefined && flag.staleReasons.length > 0 && (
      <span
        class="relative shrink-0 rounded bg-warn-surface px-1 text-xs text-warn"
        title={flag.staleReasons.map(({ text }) => text).join('\n')}
      >
        stale
      </span>
    )}
    {flag.description && <span class="min-w-0 flex-1 truncate text-muted max-md:hidden">{flag.description}</span>}
  </span>
);

/** A word and a shape: no state is told by colour alone. */
function State({ row: { flag, isGone }, isArchive, nowMs }: { row: Row; isArchive: boolean; nowMs: number }) {
  if (isArchive) return <Word shape={isGone ? '●' : '□'} text={isGone ? 'restored' : 'archived'} />;
  if (isGone) return <Word shape="□" text="archived" />;
  return inForce(flag, nowMs).enabled ? <Word shape="●" text="on" isGood /> : <Word shape="○" text="off" />;
}

const Word = ({ shape, text, isGood = false }: { shape: string; text: string; isGood?: boolean }) => (
  <span class={isGood ? 'text-good' : 'text-muted'}>
    <span aria-hidden="true" class="mr-1.5 inline-block w-3 text-center">
      {shape}
    </span>
    {text}
  </span>
);

/** Text in one line, whole on hover; what is not there is a dash that says why. */
const Cut = ({ text, why }: { text: string | undefined; why?: string }) =>
  text ? (
    <span title={text} class="block truncate">
      {text}
    </span>
  ) : (
    <Unknown why={why ?? 'Unknown'} />
  );

const Unknown = ({ why }: { why: string }) => (
  <span title={why} class="relative text-muted">
    -<span class="sr-only"> {why}</span>
  </span>
);

function LastEvaluated({ flag: { lastEvaluatedAt }, nowMs }: { flag: ListedFlag; nowMs: number }) {
  if (lastEvaluatedAt === undefined) return <Unknown why="Not known for this flag; reload the page to ask again" />;
  if (lastEvaluatedAt === null) return <Unknown why="No evaluation of it has been recorded" />;
  return <Time at={lastEvaluatedAt} nowMs={nowMs} />;
}

interface ActionProps extends Pick<How, 'refusal' | 'onArchive' | 'onRestore'> {
  row: Row;
  isRestorable: boolean;
}

/** What can be done with a row, in the place of its last cell while one points at it or is in it. */
const RowAction = ({ row: { flag }, isRestorable, refusal, onArchive, onRestore }: ActionProps) => (
  <span class="absolute inset-y-0 right-2 hidden items-center group-focus-within:flex group-hover:flex">
    <Button
      class="h-7"
      disabled={refusal !== undefined}
      title={refusal}
      onClick={() => (isRestorable ? onRestore : onArchive)(flag.key)}
    >
      {isRestorable ? 'Restore' : 'Archive'}
    </Button>
  </span>
);
