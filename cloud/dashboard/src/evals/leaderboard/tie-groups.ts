import type { LeaderboardRow } from '@whetstone/shared/contract';

/** What stands above each group of subjects that cannot be told apart, by the number of the group. */
export function groupHeads(rows: readonly Pick<LeaderboardRow, 'tieGroup'>[]): ReadonlyMap<number, string> {
  const sizes = new Map<number, number>();
  for (const { tieGroup } of rows) sizes.set(tieGroup, (sizes.get(tieGroup) ?? 0) + 1);
  return new Map(
    [...sizes].map(([group, size]) => [
      group,
      `${group === 1 ? 'Best group' : `Group ${group}`}: ${size === 1 ? 'one alone' : `${size} that cannot be told apart`}`,
    ]),
  );
}
