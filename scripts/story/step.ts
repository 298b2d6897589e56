import type { World } from './world.ts';

/** What a step shows for itself. */
export interface Evidence {
  /** One fact a line. */
  facts: string[];
  /** Where it is seen in the dashboard, as paths. */
  seenAt: string[];
}

export type Tell = <E extends Evidence>(title: string, work: (world: World) => Promise<E>) => Promise<E>;

export const points = (value: number) => `${value >= 0 ? '+' : '−'}${Math.abs(value).toFixed(1)}`;
export const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
export const interval = ([low, high]: readonly [number, number], digits = 1) =>
  `${low.toFixed(digits)} to ${high.toFixed(digits)}`;
