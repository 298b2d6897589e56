import type { Bisect } from '@whetstone/shared/contract';
import { useMemo } from 'preact/hooks';
import { Table, type Column } from '../../ui/table.tsx';
import { shareText } from '../figures.ts';
import type { Look } from '../look.ts';
import { Word } from '../word.tsx';
import { candidateName, likeliestCount, type Step } from './model.ts';

const verdictLooks: Record<NonNullable<Step['verdict']>, Look> = {
  passed: { sign: '✓', word: 'passed', class: 'text-good' },
  failed: { sign: '✗', word: 'failed', class: 'text-bad' },
  scanned: { sign: '●', word: 'scanned', class: 'text-muted' },
  error: { sign: '!', word: 'no verdict', class: 'text-warn' },
};

const running: Look = { sign: '◐', word: 'running', class: 'text-accent' };

const phaseWords: Record<Step['phase'], string> = {
  scan: 'all problems, at an end',
  seed: 'seed, at an end',
  search: 'search',
};

/** The newest first; each leads to its run, and to the chances as they were after it. */
export function StepTable({ bisect, current }: { bisect: Bisect; current: number | undefined }) {
  const rows = useMemo(() => bisect.steps.toReversed(), [bisect.steps]);
  const columns = useMemo(() => columnsOf(bisect, current), [bisect, current]);
  return (
    <div class="max-w-5xl">
      <Table caption="Steps" rows={rows} columns={columns} keyOf={({ number }) => `${number}`} />
    </div>
  );
}

function columnsOf(bisect: Bisect, current: number | undefined): Column<Step>[] {
  const nameAt = (index: number) => {
    const candidate = bisect.candidates[index];
    return candidate ? candidateName(bisect, candidate) : '-';
  };
  return [
    {
      name: 'Step',
      class: 'w-16',
      isNumber: true,
      cell: ({ number }) => <span class={number === current ? 'font-semibold' : ''}>{number}</span>,
    },
    { name: 'For', class: 'w-48', isSecondary: true, cell: ({ phase }) => phaseWords[phase] },
    {
      name: 'Version',
      cell: ({ index }) => <code class="block truncate font-mono">{nameAt(index)}</code>,
    },
    {
      name: 'Run',
      class: 'w-30',
      cell: (step) => (
        <a href={`/runs/${step.runId}`} class="row-link underline" title="The run of this step">
          <Word look={step.verdict === null ? running : verdictLooks[step.verdict]} />
        </a>
      ),
    },
    {
      name: 'Likeliest after it',
      class: 'w-72',
      isSecondary: true,
      cell: ({ number, bestIndex, bestPosterior, posterior }) =>
        bestIndex === null || bestPosterior === null ? (
          <span class="text-muted">-</span>
        ) : (
          <a href={`/bisects/${bisect.id}?step=${number}`} class="underline" title="The chances after this step">
            {likeliestCount(posterior) > 1 ? (
              `${likeliestCount(posterior)} alike`
            ) : (
              <code class="font-mono">{nameAt(bestIndex)}</code>
            )}{' '}
            {shareText(bestPosterior)}
          </a>
        ),
    },
  ];
}
