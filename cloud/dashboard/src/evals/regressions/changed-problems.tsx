import type { Regression } from '@whetstone/shared/contract';
import { useMemo } from 'preact/hooks';
import { Table, type Column } from '../../ui/table.tsx';
import { Part } from '../facts.tsx';
import { shareText } from '../figures.ts';
import { samplePath } from '../run/result-table.tsx';

type Evidence = NonNullable<Regression['evidence']>;
type Problem = Evidence['lost'][number];

interface Props {
  title: string;
  evidence: Evidence;
  runs: Regression['runs'];
  which: 'lost' | 'gained';
}

/** How often each passed before and after, with the way to a sample of both. */
export function ChangedProblems({ title, evidence, runs, which }: Props) {
  const columns = useMemo(() => columnsOf(runs, which), [runs.before, runs.after, which]);
  const rows = evidence[which];
  return (
    <Part title={`${title} (${rows.length})`}>
      {rows.length === 0 ? (
        <p class="text-muted">None.</p>
      ) : (
        <div class="max-w-4xl">
          <Table caption={title} rows={rows} columns={columns} keyOf={({ problemId }) => problemId} />
        </div>
      )}
    </Part>
  );
}

const columnsOf = (runs: Regression['runs'], which: Props['which']): Column<Problem>[] => [
  {
    name: 'Problem',
    cell: ({ problemId }) => (
      <code class="block truncate font-mono" title={problemId}>
        {problemId}
      </code>
    ),
  },
  {
    name: 'Went',
    class: 'w-24',
    isSecondary: true,
    cell: () => (which === 'lost' ? <span class="text-bad">↓ lost</span> : <span class="text-good">↑ gained</span>),
  },
  ...(['before', 'after'] as const).map((side): Column<Problem> => ({
    name: side === 'before' ? 'Passed before' : 'Passed after',
    class: 'w-26 md:w-36',
    isNumber: true,
    cell: (problem) => (
      <a
        href={samplePath(runs[side], { problemId: problem.problemId, sampleIndex: 0 })}
        class="underline"
        title={`The sample of the run ${side}`}
      >
        {shareText(problem[side])}
      </a>
    ),
  })),
];
