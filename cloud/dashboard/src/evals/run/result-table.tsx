import type { EvalResult } from '@whetstone/shared/contract';
import { useMemo } from 'preact/hooks';
import { durationText, usdText } from '../../ui/figures.ts';
import { Table, type Column } from '../../ui/table.tsx';
import { gistOf } from '../gist.ts';
import { Unknown } from '../rate-cell.tsx';
import { StatusWord } from '../run-status.tsx';
import { keyOf } from './live-run.ts';

interface Props {
  runId: string;
  results: readonly EvalResult[];
  question: string;
  hasSamples: boolean;
  isOver: boolean;
}

export const samplePath = (runId: string, { problemId, sampleIndex }: Pick<EvalResult, 'problemId' | 'sampleIndex'>) =>
  `/runs/${runId}/sample?${new URLSearchParams({ problem: problemId, ...(sampleIndex > 0 && { sample: String(sampleIndex) }) })}`;

/** One sample a row; the row leads to all there is to know of it. */
export function ResultTable({ runId, results, question, hasSamples, isOver }: Props) {
  const columns = useMemo(() => columnsOf(runId, hasSamples), [runId, hasSamples]);
  if (results.length === 0) return <p class="text-muted">{isOver ? 'No result has this verdict.' : 'None so far.'}</p>;
  return <Table caption="Results" rows={results} columns={columns} keyOf={keyOf} question={question} />;
}

const columnsOf = (runId: string, hasSamples: boolean): Column<EvalResult>[] => [
  {
    name: 'Problem',
    class: 'md:w-64',
    cell: (result) => (
      <a href={samplePath(runId, result)} class="row-link block truncate font-mono">
        {result.problemId}
        {hasSamples && <span class="text-muted"> #{result.sampleIndex + 1}</span>}
      </a>
    ),
  },
  { name: 'Verdict', class: 'w-28', cell: ({ status }) => <StatusWord status={status} /> },
  {
    name: 'Why',
    isSecondary: true,
    cell: ({ detail, weaker }) => (
      <span class="block truncate text-muted" title={detail ?? undefined}>
        {weaker && <span title="Graded beside its tests, which a candidate could have deceived">(weaker) </span>}
        {gistOf(detail)}
      </span>
    ),
  },
  { name: 'Time', class: 'w-24', isNumber: true, isSecondary: true, cell: ({ timeMs }) => durationText(timeMs) },
  {
    name: 'Cost',
    class: 'w-24',
    isNumber: true,
    isSecondary: true,
    cell: ({ costUsd }) => (costUsd === null ? <Unknown why="The price is not known" /> : usdText(costUsd)),
  },
];
