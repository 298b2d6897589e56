import type { PortfolioReport } from '@whetstone/shared/contract';

export type Rescue = PortfolioReport['rescues'][number];

/** Rows are those that failed, columns those that were asked next; `at` is what is known of a pair. */
export interface RescueGrid {
  failed: string[];
  rescuers: string[];
  at: (failed: string, rescuer: string) => Rescue | undefined;
}

/** Those with the most tasks behind them first, so that what is known best stands where one looks first. */
export function gridOf(rescues: readonly Rescue[]): RescueGrid {
  const pairs = new Map(rescues.map((rescue) => [JSON.stringify([rescue.failed, rescue.rescuer]), rescue]));
  return {
    failed: byTasks(rescues, ({ failed }) => failed),
    rescuers: byTasks(rescues, ({ rescuer }) => rescuer),
    at: (failed, rescuer) => pairs.get(JSON.stringify([failed, rescuer])),
  };
}

function byTasks(rescues: readonly Rescue[], nameOf: (rescue: Rescue) => string): string[] {
  const tasks = new Map<string, number>();
  for (const rescue of rescues) tasks.set(nameOf(rescue), (tasks.get(nameOf(rescue)) ?? 0) + rescue.n);
  return [...tasks].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1)).map(([name]) => name);
}

/** As a list: the best rescuers of each model beside one another. */
export const listOf = (rescues: readonly Rescue[]): Rescue[] => {
  const order = byTasks(rescues, ({ failed }) => failed);
  return rescues.toSorted((a, b) => order.indexOf(a.failed) - order.indexOf(b.failed) || b.rate - a.rate || b.n - a.n);
};

/** Names without their vendor where that is enough to tell them apart: heads have little room. */
export function shortNames(names: readonly string[]): ReadonlyMap<string, string> {
  const tailOf = (name: string) => name.slice(name.lastIndexOf('/') + 1);
  const distinct = [...new Set(names)];
  const bearers = new Map<string, number>();
  for (const name of distinct) bearers.set(tailOf(name), (bearers.get(tailOf(name)) ?? 0) + 1);
  return new Map(distinct.map((name) => [name, bearers.get(tailOf(name)) === 1 ? tailOf(name) : name]));
}
