import { stepTimes } from '@whetstone/shared/flags';
import type { Flag } from '@whetstone/shared/contract';

/** The instants at which answers may change though no flag does, in milliseconds since 1970, in their order. */
export function turningPoints(flags: readonly Pick<Flag, 'schedule' | 'rollout' | 'overrides'>[]): number[] {
  const instants = new Set<number>();
  const add = (text: string | undefined) => void (text !== undefined && instants.add(Date.parse(text)));
  for (const { schedule = [], rollout, overrides = [] } of flags) {
    for (const { at } of schedule) add(at);
    // At a closed gate nothing changes by the clock.
    for (const fromMs of rollout ? stepTimes(rollout) : []) if (fromMs < Infinity) instants.add(fromMs);
    for (const { expiresAt } of overrides) add(expiresAt);
  }
  return [...instants].sort((a, b) => a - b);
}

/** How many of them have come: a number that changes exactly when answers may. */
export function passedBy(nowMs: number, instants: readonly number[]): number {
  let [low, high] = [0, instants.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (instants[middle]! <= nowMs) low = middle + 1;
    else high = middle;
  }
  return low;
}
