/** A version of a data set, as far as standings need it. */
export interface StandingDataset {
  id: string;
  problemCount: number;
  /** Task type -> places of its problems. */
  taskTypes: Record<string, readonly number[]>;
  /** By place; absent where no problems depend on each other. */
  clusterOfPlace: readonly unknown[] | undefined;
}

export interface LineScope {
  /** '' for all problems. */
  taskType: string;
  places: readonly number[];
  clusterOfProblem: readonly unknown[] | undefined;
}

/** Each run adds to the line of all problems, and to one for each task type. */
export const scopesOf = (dataset: StandingDataset): LineScope[] =>
  ['', ...Object.keys(dataset.taskTypes)].map((taskType) => scopeOf(dataset, taskType));

export function scopeOf(dataset: StandingDataset, taskType: string): LineScope {
  const { problemCount, taskTypes, clusterOfPlace } = dataset;
  const all = () => Array.from({ length: problemCount }, (_, place) => place);
  const places = taskType === '' ? all() : Object.hasOwn(taskTypes, taskType) ? taskTypes[taskType]! : [];
  return {
    taskType,
    places,
    clusterOfProblem: clusterOfPlace && places.map((place) => clusterOfPlace[place] ?? place),
  };
}

/** By place: the cluster that a problem is in, or its place where it is in none. */
export const clustersByPlace = (ids: readonly string[], clusters: Record<string, string>): (string | number)[] =>
  ids.map((id, place) => (Object.hasOwn(clusters, id) ? clusters[id]! : place));
