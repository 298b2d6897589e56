import { seededRandom } from '@whetstone/shared/stats';

export interface Split<Task> {
  train: Task[];
  test: Task[];
}

interface SplitOptions {
  splits: number;
  seed: number;
  trainShare: number;
}

/**
 * Seeded splits by task, stratified: of each stratum `trainShare` goes to the training part, what is left of a task by
 * chance, so that the shares hold in the mean.
 */
export function splitsOf<Task>(
  tasks: readonly Task[],
  stratumOf: (task: Task) => string,
  { splits, seed, trainShare }: SplitOptions,
): Split<Task>[] {
  const random = seededRandom(seed);
  const strata = groupedBy(tasks, stratumOf);
  return Array.from({ length: splits }, () => {
    const train: Task[] = [];
    const test: Task[] = [];
    for (const stratum of strata) {
      const inTrain = Math.floor(trainShare * stratum.length + random());
      for (const [index, task] of shuffled(stratum, random).entries()) (index < inTrain ? train : test).push(task);
    }
    return { train, test };
  });
}

/** So many parts of about the same size: each is held back once, while the others train. */
export function foldsOf<Task>(tasks: readonly Task[], folds: number, random: () => number): Split<Task>[] {
  const mixed = shuffled(tasks, random);
  return Array.from({ length: folds }, (_, fold) => ({
    train: mixed.filter((_task, index) => index % folds !== fold),
    test: mixed.filter((_task, index) => index % folds === fold),
  }));
}

/** Fisher and Yates. */
export function shuffled<Item>(items: readonly Item[], random: () => number): Item[] {
  const mixed = [...items];
  for (let left = mixed.length; left > 1; left--) {
    const drawn = Math.floor(random() * left);
    const last = mixed[left - 1]!;
    mixed[left - 1] = mixed[drawn]!;
    mixed[drawn] = last;
  }
  return mixed;
}

export function groupedBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): Item[][] {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return [...groups.values()];
}
