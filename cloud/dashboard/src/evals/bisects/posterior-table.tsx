import type { Bisect } from '@whetstone/shared/contract';
import { useMemo, useState } from 'preact/hooks';
import { Button } from '../../ui/button.tsx';
import { Table, type Column } from '../../ui/table.tsx';
import { shareText } from '../figures.ts';
import { candidateName, isInAnswer, shownCandidates, type Candidate } from './model.ts';

interface Props {
  bisect: Bisect;
  /** Of one step; default as it stands. */
  posterior: readonly number[] | undefined;
}

/** The versions from the good end to the bad one, each with its chance. */
export function PosteriorTable({ bisect, posterior }: Props) {
  const [isAll, setAll] = useState(false);
  const rows = useMemo(() => shownCandidates(bisect, posterior, isAll), [bisect, posterior, isAll]);
  const columns = useMemo(() => columnsOf(bisect, posterior), [bisect, posterior]);
  const hidden = bisect.candidates.length - rows.length;
  return (
    <div class="max-w-5xl">
      <Table caption="Chances" rows={rows} columns={columns} keyOf={({ index }) => `${index}`} />
      {hidden > 0 && (
        <Button class="mt-2" onClick={() => setAll(true)}>
          Show {hidden} more, which hardly can be it
        </Button>
      )}
    </div>
  );
}

function columnsOf(bisect: Bisect, posterior: readonly number[] | undefined): Column<Candidate>[] {
  const last = bisect.candidates.length - 1;
  const chanceOf = ({ index, posterior: chance }: Candidate) => posterior?.[index] ?? chance;
  return [
    {
      name: 'Version',
      class: 'w-34 md:w-56',
      cell: (candidate) => (
        <span class="flex items-baseline gap-2" title={candidate.name}>
          <code class="min-w-0 truncate font-mono">{candidateName(bisect, candidate)}</code>
          {candidate.index === 0 && <span class="text-xs text-good">✓ good</span>}
          {candidate.index === last && <span class="text-xs text-bad">✗ bad</span>}
          {isInAnswer(bisect.answer, candidate.index) && <span class="text-xs font-semibold">◆ answer</span>}
        </span>
      ),
    },
    ...(bisect.candidates.some(({ title }) => title !== null) ? [whatChanged] : []),
    { name: 'Chance', class: 'md:w-64', cell: (candidate) => <ChanceBar chance={chanceOf(candidate)} /> },
    {
      name: '%',
      class: 'w-20',
      isNumber: true,
      cell: (candidate) => shareText(chanceOf(candidate)),
    },
    {
      name: 'Failed of runs',
      class: 'w-28',
      isNumber: true,
      isSecondary: true,
      cell: ({ runs, failures }) => (runs === 0 ? <span class="text-muted">not run</span> : `${failures} of ${runs}`),
    },
  ];
}

const whatChanged: Column<Candidate> = {
  name: 'What changed',
  isSecondary: true,
  cell: ({ title }) => (
    <span class="block truncate text-muted" title={title ?? undefined}>
      {title ?? '-'}
    </span>
  ),
};

/** Of 1; the figure stands beside it. */
const ChanceBar = ({ chance }: { chance: number }) => (
  <svg width="100%" height="12" aria-hidden="true" class="block">
    <rect width="100%" height="12" fill="var(--hover)" />
    <rect width={`${chance * 100}%`} height="12" fill="var(--accent)" />
  </svg>
);
