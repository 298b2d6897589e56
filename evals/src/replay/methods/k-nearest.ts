import type { ReplayTask, TaskFacts } from '../outcomes.ts';
import { fitStatic } from './static.ts';
import type { Fit } from './predictor.ts';

/** Tasks of training that are alike in all that is known of them. */
interface Group {
  at: Position;
  n: Float64Array;
  solved: Float64Array;
}

interface Position {
  labels: (string | undefined)[];
  /** Logarithms, in standard deviations of training. */
  numbers: (number | undefined)[];
}

const neighbours = 50;
const weightOfStatic = 5;

/**
 * k nearest neighbours on task type, language, complexity, repository, its size and the length of the text: what differs
 * counts 1, lengths count by their logarithms. Tasks just as far away as the last neighbour share what is left of k.
 * A model's rate among the nearest tasks that it tried is shrunk towards its rate among all, with a weight of 5.
 */
export const fitNearest: Fit = (train, models) => {
  const scales = scalesOf(train);
  const groups = groupsOf(train, models, scales);
  const rates = fitStatic(train, models);
  const known = new Map<string, Float64Array>();
  return {
    predict: (task) => {
      const at = positionOf(task, scales);
      const key = JSON.stringify(at);
      let chances = known.get(key);
      if (!chances) {
        chances = chancesAt(at, groups, rates.predict(task));
        known.set(key, chances);
      }
      return chances;
    },
  };
};

function chancesAt(at: Position, groups: readonly Group[], rates: Float64Array): Float64Array {
  const byDistance = new Map<number, Group[]>();
  for (const group of groups) {
    const distance = Math.round(1e9 * distanceOf(at, group.at));
    byDistance.set(distance, [...(byDistance.get(distance) ?? []), group]);
  }
  const rings = [...byDistance].toSorted(([a], [b]) => a - b).map(([, ring]) => ring);
  return rates.map((rate, model) => {
    let n = 0;
    let solved = 0;
    for (const ring of rings) {
      const inRing = sumOf(ring, (group) => group.n[model]!);
      if (inRing === 0) continue;
      const taken = Math.min(1, (neighbours - n) / inRing);
      n += taken * inRing;
      solved += taken * sumOf(ring, (group) => group.solved[model]!);
      if (taken < 1) break;
    }
    return (solved + weightOfStatic * rate) / (n + weightOfStatic);
  });
}

function groupsOf(train: readonly ReplayTask[], models: number, scales: readonly Scale[]): Group[] {
  const groups = new Map<string, Group>();
  for (const task of train) {
    const at = positionOf(task, scales);
    const key = JSON.stringify(at);
    const group = groups.get(key) ?? { at, n: new Float64Array(models), solved: new Float64Array(models) };
    groups.set(key, group);
    for (const [model, result] of task.results.entries()) {
      if (!result) continue;
      group.n[model]! += 1;
      if (result.solved) group.solved[model]! += 1;
    }
  }
  return [...groups.values()];
}

function distanceOf(a: Position, b: Position): number {
  let distance = 0;
  for (const [index, label] of a.labels.entries()) if (label !== b.labels[index]) distance += 1;
  for (const [index, number] of a.numbers.entries()) {
    const other = b.numbers[index];
    if (number !== undefined && other !== undefined) distance += (number - other) ** 2 / 2;
    else if (number !== other) distance += 1;
  }
  return distance;
}

interface Scale {
  mean: number;
  deviation: number;
}

const numbersOf = ({ repoSize, issueChars }: TaskFacts) =>
  [repoSize, issueChars].map((number) => (number === undefined ? undefined : Math.log1p(number)));

const scalesOf = (train: readonly ReplayTask[]): Scale[] =>
  [0, 1].map((column) => {
    const values = train.flatMap((task) => numbersOf(task)[column] ?? []);
    const mean = values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
    const square = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, values.length);
    return { mean, deviation: Math.sqrt(square) || 1 };
  });

function positionOf(task: TaskFacts, scales: readonly Scale[]): Position {
  const { taskType, language, complexity, repoId } = task.likeness;
  return {
    labels: [taskType, language, complexity, repoId],
    numbers: numbersOf(task).map((number, column) => {
      const scale = scales[column];
      return number === undefined || !scale ? undefined : (number - scale.mean) / scale.deviation;
    }),
  };
}

const sumOf = (ring: readonly Group[], of: (group: Group) => number) => {
  let sum = 0;
  for (const group of ring) sum += of(group);
  return sum;
};
