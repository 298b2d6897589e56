import type { History } from './history.ts';
import type { Posterior } from './posterior.ts';

/**
 * The version whose next run is expected to leave the least doubt, by Shannon's entropy of the posterior after it (Lindley,
 * Annals of Mathematical Statistics 1956). Of equal ones the first. The ends are
 * left to the seeds. `undefined` where every version that could tell something cannot be tested.
 *
 * A run at j multiplies the chance of each k by its predictive of the outcome, that of after the change if k <= j, else that
 * of before: sums from both ends give all j in one pass.
 */
export function byInformation(
  { positions }: History,
  { chances, failsBefore, failsAfter }: Posterior,
): number | undefined {
  const after = { fail: sumsOf(chances, failsAfter), pass: sumsOf(chances, failsAfter.map(complement)) };
  const before = { fail: sumsOf(chances, failsBefore), pass: sumsOf(chances, failsBefore.map(complement)) };
  let best: number | undefined;
  let least = Infinity;
  for (let index = 1; index < positions.length - 1; index++) {
    if (positions[index]!.isSkipped) continue;
    const doubt = outcomeDoubt(after.fail, before.fail, index) + outcomeDoubt(after.pass, before.pass, index);
    if (doubt < least - tolerance) [best, least] = [index, doubt];
  }
  return best;
}

const complement = (chance: number) => 1 - chance;
/** Rounding must not choose between mirror images. */
const tolerance = 1e-12;

interface Sums {
  /** Up to and with each index: of the weights, and of w log w. */
  weight: readonly number[];
  entropy: readonly number[];
}

function sumsOf(chances: readonly number[], factors: readonly number[]): Sums {
  const weight: number[] = [];
  const entropy: number[] = [];
  chances.forEach((chance, index) => {
    const w = chance * factors[index]!;
    weight.push((weight[index - 1] ?? 0) + w);
    entropy.push((entropy[index - 1] ?? 0) + (w > 0 ? w * Math.log(w) : 0));
  });
  return { weight, entropy };
}

/** Z H(w / Z) = Z log Z - sum of w log w: the doubt left by an outcome, times the chance of that outcome. */
function outcomeDoubt(after: Sums, before: Sums, index: number): number {
  const z = after.weight[index]! + before.weight.at(-1)! - before.weight[index]!;
  const sum = after.entropy[index]! + before.entropy.at(-1)! - before.entropy[index]!;
  return z > 0 ? z * Math.log(z) - sum : 0;
}
