import { PortfolioSettings } from '@whetstone/shared/contract';
import {
  cellCounts,
  countTask,
  noCounts,
  tableOfCounts,
  type Attempt,
  type Counts,
  type RoutingTable,
} from '@whetstone/shared/portfolio';
import type { ReplayTask } from './outcomes.ts';

/** The outcomes of training, counted as the product counts a project's own work; nobody was asked after another. */
export function countTasks(tasks: readonly ReplayTask[], models: readonly string[]): Counts {
  const counts = noCounts();
  for (const task of tasks) countTask(counts, attemptsAt(task, models), 1);
  return counts;
}

/** The same without rescues, which are most of the work and which only plans need: each attempt as a task of its own. */
export function countCells(tasks: readonly ReplayTask[], models: readonly string[]): Counts {
  const counts = noCounts();
  for (const task of tasks) for (const attempt of attemptsAt(task, models)) countTask(counts, [attempt], 1);
  return counts;
}

const attemptsAt = ({ results, likeness }: ReplayTask, models: readonly string[]): Attempt[] =>
  results.flatMap((result, model) =>
    result
      ? [
          {
            model: models[model]!,
            attempt: undefined,
            verdict: result.solved ? 'solved' : 'failed',
            costUsd: result.costUsd,
            timeMs: result.timeMs,
            likeness,
            origin: 'work',
            epoch: 1,
          },
        ]
      : [],
  );

interface TableOptions {
  used: RoutingTable['method']['used'];
  shrinkage: number;
}

/** The same table where the project has set other things; members left away get the product's defaults. */
export const withSettings = (table: RoutingTable, settings: Partial<PortfolioSettings>): RoutingTable => ({
  ...table,
  settings: PortfolioSettings.parse(settings),
});

/** The table that the product answers from, with the product's default settings. */
export function tableOf(counts: Counts, models: readonly string[], { used, shrinkage }: TableOptions): RoutingTable {
  return {
    version: '1',
    dataAt: undefined,
    settings: PortfolioSettings.parse({}),
    models: models.map((id) => ({ id, price: undefined, contextTokens: undefined, epoch: 1, epochWhy: undefined })),
    pool: [],
    ...tableOfCounts({ cells: cellCounts(counts), rescues: counts.rescues.values() }, models, () => 1),
    shrinkage,
    method: { used, why: 'chosen on the training part' },
    trialRuns: false,
  };
}
