import type { Choose } from '@whetstone/evals';
import { seededRandom } from '@whetstone/shared/stats';

/** The usual rule: where the cumulative posterior crosses one half, that version or the one before it at random. */
export function byMedian(seed: number): Choose {
  const random = seededRandom(seed);
  return ({ positions }, { chances }) => {
    let sum = 0;
    const crossing = chances.findIndex((chance) => (sum += chance) >= 0.5);
    const index = random() < 0.5 ? crossing - 1 : crossing;
    return Math.min(Math.max(1, index), positions.length - 2);
  };
}
