import type { PortfolioSettings } from '@whetstone/shared/contract';
import { compileTable, type Decision, type RoutingTable } from '@whetstone/shared/portfolio';
import { deliver, deliverOne, type Delivered, type Verifier } from './deliver.ts';
import type { ReplayTask } from './outcomes.ts';
import { withSettings } from './product-table.ts';

/** What the product learned from the training part. */
export interface Product {
  table: RoutingTable;
  models: readonly string[];
}

/** The same counts, another way to estimate. */
export const estimatingBy = ({ table, models }: Product, used: 'static' | 'cells'): Product => ({
  models,
  table: { ...table, method: { ...table.method, used } },
});

export type Ask = (task: ReplayTask) => Decision['answer'];

/** The product's own answers; with `verifier` to tasks whose attempts are checked so well. */
export function askProduct({ table }: Product, settings: Partial<PortfolioSettings>, verifier?: Verifier): Ask {
  const checked = verifier && { verifiers: { tests: verifier, review: verifier } };
  const { recommend } = compileTable(withSettings(table, { ...settings, ...checked }));
  return ({ likeness, repoSize }) =>
    recommend({ ...likeness, repoSize, verify: verifier ? 'tests' : 'none' }, { mayExplore: false, random: () => 0 })
      .answer;
}

/** What comes of following an answer: of its plan where it has one. */
export function follow(
  task: ReplayTask,
  { model, plan }: Decision['answer'],
  models: readonly string[],
  verifier: Verifier | undefined,
): Delivered | undefined {
  if (model === null) return undefined;
  const steps = plan.map((step) => models.indexOf(step.model));
  return verifier && steps.length > 0 ? deliver(task, steps, verifier) : deliverOne(task, models.indexOf(model));
}
