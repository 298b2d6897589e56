import type { Recommendation } from '@whetstone/shared/contract';
import { shareText } from '../../evals/figures.ts';
import { Unknown } from '../../evals/rate-cell.tsx';
import { usdText } from '../../ui/figures.ts';
import { Table, type Column } from '../../ui/table.tsx';
import { modelPath } from '../texts.ts';

type Step = Recommendation['plan'][number];

/** Who is asked, when, and what comes of it; below it what the plan as a whole comes to. */
export const PlanTable = ({ plan, odds }: { plan: Step[]; odds: Recommendation['planOdds'] }) => (
  <>
    <Table caption="Steps of the plan" rows={plan} columns={columns} keyOf={({ model }) => model} />
    {odds !== null && (
      <p class="mt-2 text-sm">
        As a whole: <Figure>{shareText(odds.success)}</Figure> solved, <Figure>{usdText(odds.costUsd)}</Figure> and{' '}
        <Figure>{odds.attempts.toFixed(2)}</Figure> attempts a task on average.{' '}
        <span class="text-muted">
          The check lets a wrong answer pass with {shareText(odds.falseAccept)} and refuses a right one with{' '}
          {shareText(odds.falseReject)}.
        </span>
      </p>
    )}
  </>
);

const Figure = ({ children }: { children: string }) => (
  <strong class="font-semibold whitespace-nowrap tabular-nums">{children}</strong>
);

const columns: Column<Step>[] = [
  {
    name: 'Model',
    cell: ({ model }) => (
      <a
        href={modelPath(model)}
        class="row-link block truncate font-mono max-md:break-all max-md:whitespace-normal"
        title={model}
      >
        {model}
      </a>
    ),
  },
  { name: 'When', cell: ({ when }) => <span class="break-words">{when}</span>, isSecondary: true },
  {
    name: 'Solves it',
    class: 'w-24',
    isNumber: true,
    cell: ({ expectedSuccess }) =>
      expectedSuccess === null ? (
        <Unknown why="Nothing is known of it after such a failure" />
      ) : (
        <span title="Chance that the step solves the task, given that it is taken">{shareText(expectedSuccess)}</span>
      ),
  },
  {
    name: 'Cost',
    class: 'w-24',
    isNumber: true,
    isSecondary: true,
    cell: ({ expectedCostUsd }) =>
      expectedCostUsd === null ? (
        <Unknown why="No attempt of it has a known cost" />
      ) : (
        <span title="Of the step, given that it is taken">{usdText(expectedCostUsd)}</span>
      ),
  },
];
