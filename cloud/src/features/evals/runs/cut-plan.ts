/** A part of the plan that messages work through. */
export interface ShardPlan<Sample> {
  first: number;
  samples: Sample[];
}

/** Samples of a shard, and how many of its samples and of the run's shards go on at a time. */
export interface Cutting {
  size: number;
  width: number;
  lanes: number;
}

/** However large a run is: a message that did not get through its shard sends another one. */
const mostShards = 500;

/**
 * About ten samples, fewer where one may take long, so that a shard is done well within the time that a message has. A shard
 * works on `width` of its samples, and `lanes` shards are under way, so that all together keep to the run's `workers`.
 */
export function cuttingOf(
  sampleCount: number,
  { timeoutMs, workers }: { timeoutMs: number; workers: number },
): Cutting {
  const inTime = Math.max(1, Math.min(10, Math.floor(100_000 / Math.max(timeoutMs, 10_000))));
  const size = Math.max(inTime, Math.ceil(sampleCount / mostShards));
  const width = Math.min(workers, size);
  return { size, width, lanes: Math.ceil(workers / width) };
}

export const cutPlan = <Sample>(plan: readonly Sample[], size: number): ShardPlan<Sample>[] =>
  Array.from({ length: Math.ceil(plan.length / size) }, (_, index) => ({
    first: index * size,
    samples: plan.slice(index * size, (index + 1) * size),
  }));
