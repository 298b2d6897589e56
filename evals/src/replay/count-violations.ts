import type { PortfolioSettings } from '@whetstone/shared/contract';
import { compileTable, type TaskRequest } from '@whetstone/shared/portfolio';
import type { ReplayTask } from './outcomes.ts';
import type { Product } from './product-choice.ts';
import { withSettings } from './product-table.ts';

/** Requests asked of each random state of the settings. */
const requestsPerState = 10;
/** A histogram's quantile is off by up to 5 %, and a cell's is drawn towards a wider one's. */
const tolerance = 0.9;

interface Options {
  states: number;
  random: () => number;
}

/** How many answers broke a pin, a list or a cap, over random settings and requests: none may. */
export function countViolations(
  train: readonly ReplayTask[],
  { table, models }: Product,
  { states, random }: Options,
): { asked: number; violations: number } {
  const leastCost = leastQuantiles(train, models.length, ({ costUsd }) => costUsd);
  const leastTime = leastQuantiles(train, models.length, ({ timeMs }) => timeMs);
  let violations = 0;
  for (let state = 0; state < states; state++) {
    const settings = randomSettings(models, train, random);
    const { recommend } = compileTable(withSettings(table, settings));
    for (let i = 0; i < requestsPerState; i++) {
      const request = randomRequest(train, random);
      const { answer } = recommend(request, { mayExplore: true, random });
      const named = [answer.model, ...answer.plan.map(({ model }) => model)];
      if (named.some((model) => model !== null && isForbidden(model, request, settings))) violations += 1;
    }
  }
  return { asked: states * requestsPerState, violations };

  function isForbidden(model: string, request: TaskRequest, settings: RandomSettings): boolean {
    const pin = settings.pins.find(({ repoId }) => repoId === undefined || repoId === request.repoId);
    if (pin && model !== pin.model) return true;
    if (settings.deny.includes(model) || (!pin && settings.allow && !settings.allow.includes(model))) return true;
    const index = models.indexOf(model);
    return (
      index < 0 ||
      (request.maxCost !== undefined && !(tolerance * (leastCost[index] ?? Infinity) <= request.maxCost)) ||
      (request.maxTimeMs !== undefined && !(tolerance * (leastTime[index] ?? Infinity) <= request.maxTimeMs))
    );
  }
}

type RandomSettings = Pick<PortfolioSettings, 'allow' | 'deny' | 'pins' | 'margin' | 'goal' | 'exploration'>;

function randomSettings(models: readonly string[], tasks: readonly ReplayTask[], random: () => number): RandomSettings {
  const some = (share: number) => models.filter(() => random() < share);
  const one = <Item>(items: readonly Item[]) => items[Math.floor(random() * items.length)]!;
  return {
    allow: random() < 0.5 ? null : some(0.4),
    deny: random() < 0.5 ? [] : some(0.3),
    pins: random() < 0.7 ? [] : [{ model: one(models), ...(random() < 0.5 && { repoId: one(tasks).likeness.repoId }) }],
    margin: random() * 0.2,
    goal: random() < 0.5 ? 'save' : 'solve',
    exploration: { enabled: random() < 0.5, share: 0.2, budgetUsdPerDay: 1 },
  };
}

function randomRequest(tasks: readonly ReplayTask[], random: () => number): TaskRequest {
  const { likeness, repoSize } = tasks[Math.floor(random() * tasks.length)]!;
  const results = tasks[Math.floor(random() * tasks.length)]!.results.filter((result) => result !== undefined);
  const like = results[Math.floor(random() * results.length)];
  return {
    ...likeness,
    repoSize,
    ...(random() < 0.6 && { maxCost: like?.costUsd }),
    ...(random() < 0.3 && { maxTimeMs: like?.timeMs }),
    verify: random() < 0.5 ? 'tests' : 'none',
  };
}

/** Of each model the least that nine of ten tasks stay below, over all tasks and over each kind, counted from the rows. */
function leastQuantiles(
  tasks: readonly ReplayTask[],
  models: number,
  amountOf: (result: { costUsd: number | undefined; timeMs: number | undefined }) => number | undefined,
): (number | undefined)[] {
  return Array.from({ length: models }, (_, model) => {
    const groups = new Map<string, number[]>();
    for (const { likeness, results } of tasks) {
      const amount = results[model] && amountOf(results[model]);
      if (amount === undefined) continue;
      for (const key of [
        '',
        `complexity ${likeness.complexity}`,
        `repo ${likeness.repoId}`,
        `type ${likeness.taskType} ${likeness.language}`,
      ])
        groups.set(key, [...(groups.get(key) ?? []), amount]);
    }
    const quantiles = [...groups.values()].map(
      (amounts) => amounts.toSorted((a, b) => a - b)[Math.ceil(0.9 * amounts.length) - 1]!,
    );
    return quantiles.length === 0 ? undefined : Math.min(...quantiles);
  });
}
