import { useState } from 'preact/hooks';
import type { ListedFlag } from '../live/live-flags.ts';
import { useProject } from '../live/project.tsx';
import { Button } from '../ui/button.tsx';
import { explain } from '../ui/states.tsx';
import { Table, type Column } from '../ui/table.tsx';
import { Time } from '../ui/time.tsx';
import { inForce } from './in-force.ts';
import { servesText } from './serves-text.ts';
import type { Row } from './use-steady-rows.ts';

interface Props {
  rows: Row[];
  isLoading: boolean;
  /** The archived ones are listed. */
  isArchive: boolean;
  nowMs: number;
  /** Why this person may not change flags. */
  refusal: string | undefined;
  onArchive: (key: string) => void;
}

export function FlagTable({ rows, isLoading, isArchive, nowMs, refusal, onArchive }: Props) {
  const columns: Column<Row>[] = [
    { name: 'Key', class: 'w-[62%] md:w-[36%]', cell: ({ flag }) => <Key flag={flag} /> },
    { name: 'State', class: 'md:w-[7%]', cell: (row) => <State row={row} isArchive={isArchive} nowMs={nowMs} /> },
    { name: 'Serves', isSecondary: true, cell: ({ flag }) => <Cut text={servesText(flag, nowMs)} /> },
    {
      name: 'Tags',
      isSecondary: true,
      class: 'w-[13%]',
      cell: ({ flag }) => <Cut text={flag.tags?.join(', ')} why="No tags" />,
    },
    {
      name: 'Owner',
      isSecondary: true,
      class: 'w-[10%]',
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
      class: 'w-[12%]',
      cell: (row) => (
        <>
          <span class="group-focus-within:invisible group-hover:invisible">
            <Time at={row.flag.updatedAt} nowMs={nowMs} />
          </span>
          <RowAction row={row} isArchive={isArchive} refusal={refusal} onArchive={onArchive} />
        </>
      ),
    },
  ];
  return (
    <Table
      caption={isArchive ? 'Archived flags' : 'Flags'}
      columns={columns}
      rows={rows}
      loading={isLoading ? 12 : 0}
      keyOf={({ flag }) => flag.key}
      rowClass={({ isGone }) => (isGone ? 'text-muted' : '')}
    />
  );
}

const Key = ({ flag }: { flag: ListedFlag }) => (
  <span class="flex items-center gap-2">
    <a
      href={`/flags/${flag.key}`}
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

interface ActionProps extends Pick<Props, 'isArchive' | 'refusal' | 'onArchive'> {
  row: Row;
}

/** What can be done with a row, in the place of its last cell while one points at it or is in it. */
function RowAction({ row: { flag, isGone }, isArchive, refusal, onArchive }: ActionProps) {
  const { api } = useProject();
  const [problem, setProblem] = useState<string | undefined>();
  const isRestorable = isArchive !== isGone;
  const restore = () =>
    void api.restoreFlag({ key: flag.key }).catch((error: unknown) => setProblem(explain(error).message));
  return (
    <span class="absolute inset-y-0 right-2 hidden items-center gap-2 group-focus-within:flex group-hover:flex">
      {problem && (
        <span role="alert" class="bg-canvas text-bad">
          {problem}
        </span>
      )}
      <Button
        class="h-7"
        disabled={refusal !== undefined}
        title={refusal}
        onClick={isRestorable ? restore : () => onArchive(flag.key)}
      >
        {isRestorable ? 'Restore' : 'Archive'}
      </Button>
    </span>
  );
}
