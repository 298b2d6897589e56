import { seededRandom } from '@whetstone/shared/stats';
import { WhetstoneError } from '@whetstone/shared/errors';
import type { Outcomes } from './outcomes.ts';
import { replaySplit, type SplitChoices } from './replay-split.ts';
import { simulateRegret } from './simulate-regret.ts';
import { splitsOf } from './splits.ts';
import { summarise } from './summarise.ts';

export interface ReplayOptions {
  splits: number;
  seed: number;
  /** Share of the tasks of each repository that is trained on. */
  trainShare: number;
  margin: number;
  /** Held against, beside the best single model of training. */
  incumbent: string | undefined;
}

/** Fewer would leave nothing to tell apart. */
const fewestTasks = 20;

/** Every figure over seeded splits by task, with nothing chosen but in the training part. */
export function replayRouting({ tasks, models }: Outcomes, options: ReplayOptions) {
  refuseTooLittle({ tasks, models }, options);
  const { splits, seed, trainShare, margin, incumbent } = options;
  const random = seededRandom(seed);
  const replayed = splitsOf(tasks, ({ likeness }) => likeness.repoId ?? '', { splits, seed, trainShare }).map((split) =>
    replaySplit(split, {
      models,
      margin,
      incumbent: incumbent === undefined ? undefined : models.indexOf(incumbent),
      random,
    }),
  );
  const regret = simulateRegret(tasks, models.length, { seed, runs: 20 });
  return {
    tasks: tasks.length,
    models: models.length,
    outcomes: tasks.reduce((sum, { results }) => sum + results.filter((result) => result !== undefined).length, 0),
    options: { splits, seed, trainShare, margin },
    chosen: {
      best: countNames(replayed, ({ best }) => best),
      incumbent: countNames(replayed, (choices) => choices.incumbent),
      used: countNames(replayed, ({ used }) => used),
    },
    figures: summarise(replayed.map(({ figures }) => figures)),
    regret: regret.length === 0 ? null : summarise(regret),
  };
}

export type Replay = ReturnType<typeof replayRouting>;

function refuseTooLittle({ tasks, models }: Outcomes, { incumbent }: ReplayOptions) {
  if (tasks.length < fewestTasks)
    throw new WhetstoneError('invalid', `${tasks.length} tasks are too few to hold any back: ${fewestTasks} at least`);
  if (models.length < 2)
    throw new WhetstoneError('invalid', `only ${models[0]} has outcomes: there is nothing to choose`);
  if (incumbent !== undefined && !models.includes(incumbent))
    throw new WhetstoneError('not_found', `--incumbent: ${incumbent} has no outcome; there are ${models.join(', ')}`);
}

/** In how many splits each was it, most first. */
function countNames(
  replayed: readonly { choices: SplitChoices }[],
  nameOf: (choices: SplitChoices) => string,
): { name: string; splits: number }[] {
  const counts = new Map<string, number>();
  for (const { choices } of replayed) counts.set(nameOf(choices), (counts.get(nameOf(choices)) ?? 0) + 1);
  return [...counts].map(([name, splits]) => ({ name, splits })).toSorted((a, b) => b.splits - a.splits);
}
