import type { RunComparison } from '@whetstone/shared/contract';
import { useMemo } from 'preact/hooks';
import { Table, type Column } from '../../ui/table.tsx';
import { samplePath } from '../run/result-table.tsx';

/** Problems that came out differently; the row leads to the answer of B, the figure of A to that of A. */
export function DiscordantTable({ of }: { of: RunComparison }) {
  const columns = useMemo(() => columnsOf(of), [of]);
  return (
    <>
      <h2 class="mt-6 mb-2 font-semibold">Problems that came out differently</h2>
      {of.discordant.length === 0 ? (
        <p class="text-muted">None: every problem came out alike in both runs.</p>
      ) : (
        <Table
          caption="Problems that came out differently"
          rows={of.discordant}
          columns={columns}
          keyOf={({ problemId }) => problemId}
        />
      )}
    </>
  );
}

type Discordant = RunComparison['discordant'][number];

const shareOf = ({ passed, graded }: Discordant['a']) => (graded === 0 ? 0 : passed / graded);
const passedOf = ({ passed, graded }: Discordant['a']) => `${passed} of ${graded}`;

const columnsOf = ({ a, b }: RunComparison): Column<Discordant>[] => [
  {
    name: 'Problem',
    cell: ({ problemId }) => (
      <a
        href={samplePath(b.runId, { problemId, sampleIndex: 0 })}
        class="row-link block truncate font-mono"
        title={problemId}
      >
        {problemId}
      </a>
    ),
  },
  {
    name: 'In B',
    class: 'w-28',
    cell: (problem) =>
      shareOf(problem.a) > shareOf(problem.b) ? (
        <span class="text-bad">↓ lost</span>
      ) : (
        <span class="text-good">↑ gained</span>
      ),
  },
  {
    name: 'Passed in A',
    class: 'w-32',
    isNumber: true,
    isSecondary: true,
    cell: (problem) => (
      <a
        href={samplePath(a.runId, { problemId: problem.problemId, sampleIndex: 0 })}
        aria-label={`${passedOf(problem.a)} in A: its answer to ${problem.problemId}`}
        class="relative z-1 underline"
      >
        {passedOf(problem.a)}
      </a>
    ),
  },
  { name: 'Passed in B', class: 'w-32', isNumber: true, isSecondary: true, cell: (problem) => passedOf(problem.b) },
];
