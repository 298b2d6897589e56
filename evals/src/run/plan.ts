import type { Problem } from '../problem.ts';
import type { Solver } from '../solvers/solver.ts';
import { sha256Of } from './canonical-json.ts';

export interface Sample {
  problem: Problem;
  sampleIndex: number;
}

/**
 * All samples of a run in the order they are done: every problem's first, then every problem's second, each round shuffled by
 * the seed, so that a run that was cut short is a random sample of its problems. A sample's place depends on nothing but its
 * name and the seed.
 */
export function planOf(problems: readonly Problem[], samplesOf: (problem: Problem) => number, seed: number): Sample[] {
  return problems
    .flatMap((problem) =>
      Array.from({ length: samplesOf(problem) }, (_, sampleIndex) => ({
        sample: { problem, sampleIndex },
        rank: sha256Of(`${seed}/${sampleIndex}/${problem.id}`),
      })),
    )
    .sort((a, b) => a.sample.sampleIndex - b.sample.sampleIndex || (a.rank < b.rank ? -1 : 1))
    .map(({ sample }) => sample);
}

/** How many samples each problem gets: what was asked for, and where answers were recorded, no more than there are. */
export function samplesPerProblemOf(
  problems: readonly Problem[],
  { samplesOf }: Pick<Solver, 'samplesOf'>,
  asked: number | undefined,
): { most: number; of: (problem: Problem) => number } {
  if (!samplesOf) return { most: asked ?? 1, of: () => asked ?? 1 };
  const of = (problem: Problem) => Math.min(asked ?? Infinity, samplesOf(problem));
  return { most: problems.reduce((most, problem) => Math.max(most, of(problem)), 1), of };
}

/** `limit` problems drawn by the seed, in the order of the data set. */
export function drawProblems<P extends { id: string }>(problems: readonly P[], limit: number, seed: number): P[] {
  const byRank = problems.map((problem) => ({ problem, rank: sha256Of(`${seed}/0/${problem.id}`) }));
  byRank.sort((a, b) => (a.rank < b.rank ? -1 : 1));
  const drawn = new Set(byRank.slice(0, limit).map(({ problem }) => problem));
  return problems.filter((problem) => drawn.has(problem));
}
