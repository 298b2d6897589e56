import type { FailureCategory } from '@whetstone/shared/contract';
import { groupedBy } from '../../../../platform/grouped-by.ts';
import type { Figures } from './figures.ts';
import { judge } from './judge.ts';
import { addPlaces, noPlaces, type PlaceSums } from './lift.ts';

/** A correction that a reviewer named a failure of. */
export interface Labelled {
  failure: FailureCategory;
  taskId: string;
  taskType: string | null;
  model: string | null;
  repoId: string | null;
  userId: string | null;
  correctedAt: Date;
}

export interface FailurePattern {
  key: string;
  title: string;
  failure: FailureCategory;
  taskType: string;
  figures: Figures;
  firstAt: Date;
  lastAt: Date;
}

type Dimension = NonNullable<Figures['of']>['dimension'];

const dimensions: { dimension: Dimension; valueOf: (of: Labelled) => string | null; of: string }[] = [
  { dimension: 'taskType', valueOf: ({ taskType }) => taskType, of: 'tasks of type' },
  { dimension: 'model', valueOf: ({ model }) => model, of: 'the model' },
  { dimension: 'repo', valueOf: ({ repoId }) => repoId, of: 'the repository' },
];

/**
 * How often each failure comes in one type of task, model or repository, beside all others of its kind. A task is the unit: what fails
 * twice in one fails for one reason.
 */
export function failurePatterns(labelled: readonly Labelled[]): FailurePattern[] {
  return dimensions.flatMap(({ dimension, valueOf, of }) => {
    const known = labelled.filter((one) => valueOf(one) !== null);
    const groups = groupedBy(known, (one) => valueOf(one)!);
    return [...groups].flatMap(([value, inside]) => {
      const outside = known.filter((one) => valueOf(one) !== value);
      return [...groupedBy(inside, ({ failure }) => failure)].map(([failure, failed]): FailurePattern => {
        const words = failure.replaceAll('_', ' ');
        return {
          key: `${failure} ${dimension} ${value}`.slice(0, 512),
          title: `${words} in ${of} ${value.slice(0, 200)}`,
          failure: failed[0]!.failure,
          taskType: dimension === 'taskType' ? value : '',
          figures: figuresOf(failed, inside, outside, { failure: failed[0]!.failure, dimension, value }),
          firstAt: new Date(Math.min(...failed.map(({ correctedAt }) => correctedAt.getTime()))),
          lastAt: new Date(Math.max(...failed.map(({ correctedAt }) => correctedAt.getTime()))),
        };
      });
    });
  });
}

function figuresOf(
  failed: readonly Labelled[],
  inside: readonly Labelled[],
  outside: readonly Labelled[],
  of: NonNullable<Figures['of']>,
): Figures {
  const places = placesOf(inside, of.failure);
  const distinct = (valueOf: (one: Labelled) => string | null) =>
    new Set(failed.flatMap((one) => valueOf(one) ?? [])).size;
  const support = {
    corrections: failed.length,
    tasks: distinct(({ taskId }) => taskId),
    repos: distinct(({ repoId }) => repoId),
    users: distinct(({ userId }) => userId),
  };
  const own = { changed: places.changed, changedChanged: 0, changedLeft: 0, alone: 0 };
  return {
    support,
    files: 0,
    own,
    place: '',
    changed: places.changed,
    survived: places.n - places.changed,
    models: [],
    repos: [],
    byModel: counts(inside, of.failure, ({ model }) => model).map(({ name, ...rest }) => ({ model: name, ...rest })),
    byRepo: counts(inside, of.failure, ({ repoId }) => repoId).map(({ name, ...rest }) => ({ repoId: name, ...rest })),
    of,
    ...judge({ kind: 'failure', support, files: 0, places, base: placesOf(outside, of.failure) }),
  };
}

function placesOf(labelled: readonly Labelled[], failure: string): PlaceSums {
  let sums = noPlaces;
  for (const ofTask of groupedBy(labelled, ({ taskId }) => taskId).values()) {
    const failed = ofTask.filter((one) => one.failure === failure).length;
    sums = addPlaces(sums, failed, ofTask.length - failed);
  }
  return sums;
}

const mostGroups = 50;

function counts(labelled: readonly Labelled[], failure: string, valueOf: (one: Labelled) => string | null) {
  const groups = groupedBy(
    labelled.filter((one) => valueOf(one) !== null),
    (one) => valueOf(one)!,
  );
  return [...groups]
    .map(([name, all]) => {
      const changed = all.filter((one) => one.failure === failure).length;
      return { name, changed, survived: all.length - changed };
    })
    .toSorted((a, b) => b.changed - a.changed)
    .slice(0, mostGroups);
}
