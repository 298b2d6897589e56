import { drawRate, type Rate } from '@whetstone/shared/portfolio';
import { seededRandom } from '@whetstone/shared/stats';
import type { ReplayTask } from './outcomes.ts';
import { singlesOf } from './singles.ts';

export interface RegretOptions {
  seed: number;
  /** Simulations; each is a split of the figure. */
  runs: number;
}

/** Over all tasks of a run: the best model's expected reward less the chosen one's. */
export interface Regret {
  random: number;
  thompson: number;
  /** Thompson's over random's. */
  share: number;
}

const models = 8;
const tasksPerRun = 2_000;
/** An outcome comes so many tasks late. */
const delay = 20;
/** Success per US dollar. */
const price = 0.2;
const prior = { share: 0.9, weight: 20 };

interface Arm {
  solved: boolean[];
  rate: number;
  costUsd: number;
}

/**
 * Learning while it works: the eight best models, 2,000 tasks drawn from the file, outcomes 20 tasks late, reward success less
 * 0.2 per US dollar. Thompson's draws are the product's, from a prior of 0.9 of the true rate that is worth 20 observations
 * (mildly leaky, as in the research). Empty where fewer than two models have costs.
 */
export function simulateRegret(
  tasks: readonly ReplayTask[],
  modelCount: number,
  { seed, runs }: RegretOptions,
): Regret[] {
  const arms = armsOf(tasks, modelCount);
  if (arms.length < 2) return [];
  const rewards = arms.map(({ rate, costUsd }) => rate - price * costUsd);
  const best = Math.max(...rewards);
  const random = tasksPerRun * (best - rewards.reduce((sum, reward) => sum + reward, 0) / arms.length);
  return Array.from({ length: runs }, (_, run) => {
    const thompson = runThompson(arms, rewards, seededRandom(seed + run));
    return { random, thompson, share: thompson / random };
  });
}

function runThompson(arms: readonly Arm[], rewards: readonly number[], random: () => number): number {
  const best = Math.max(...rewards);
  const known: Rate[] = arms.map(({ rate }) => ({ mean: prior.share * rate, weight: prior.weight }));
  const waiting: { arm: number; solved: boolean }[] = [];
  let regret = 0;
  for (let task = 0; task < tasksPerRun; task++) {
    if (waiting.length > delay) learn(known, waiting.shift()!);
    const worths = known.map((rate, arm) => drawRate(rate, random) - price * arms[arm]!.costUsd);
    const arm = worths.indexOf(Math.max(...worths));
    const { solved } = arms[arm]!;
    regret += best - rewards[arm]!;
    waiting.push({ arm, solved: solved[Math.floor(random() * solved.length)]! });
  }
  return regret;
}

function learn(known: Rate[], { arm, solved }: { arm: number; solved: boolean }) {
  const { mean, weight } = known[arm]!;
  known[arm] = { mean: (mean * weight + Number(solved)) / (weight + 1), weight: weight + 1 };
}

const armsOf = (tasks: readonly ReplayTask[], modelCount: number): Arm[] =>
  singlesOf(tasks, modelCount)
    .toSorted((a, b) => b.rate - a.rate)
    .flatMap(({ model, costUsd }) => (costUsd === undefined ? [] : [{ model, costUsd }]))
    .slice(0, models)
    .map(({ model, costUsd }) => {
      const solved = tasks.flatMap(({ results }) => (results[model] ? [results[model].solved] : []));
      return { solved, costUsd, rate: solved.filter(Boolean).length / solved.length };
    });
