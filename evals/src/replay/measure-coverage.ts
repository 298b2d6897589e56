import { compileCells, estimateModels, kindOf, nextSolved } from '@whetstone/shared/portfolio';
import type { ReplayTask } from './outcomes.ts';
import type { Product } from './product-choice.ts';
import { groupedBy } from './splits.ts';

/** With fewer the interval holds whatever comes. */
const fewestTasks = 5;

/**
 * Share of the pairs of repository and model of the test part whose count of solved tasks lies in the 90 % interval that the
 * product told of so many next tasks. Undefined where no repository has 5 tasks.
 */
export function measureCoverage(test: readonly ReplayTask[], { table }: Product): number | undefined {
  const compiled = compileCells(table);
  let covered = 0;
  let pairs = 0;
  for (const alike of groupedBy(test, ({ likeness }) => JSON.stringify(likeness))) {
    const estimates = estimateModels(compiled, kindOf(compiled, alike[0]!.likeness));
    for (const estimate of estimates) {
      const results = alike.flatMap((task) => task.results[estimate.model] ?? []);
      if (results.length < fewestTasks) continue;
      const solved = results.filter((result) => result.solved).length;
      const [low, high] = nextSolved(estimate, results.length);
      pairs += 1;
      if (solved >= low && solved <= high) covered += 1;
    }
  }
  return pairs === 0 ? undefined : covered / pairs;
}
