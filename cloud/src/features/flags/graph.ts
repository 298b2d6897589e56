/** Steps that looking for circles may cost in all: a document may hold thousands of them. */
const mostSteps = 100_000;
/** Of a longer path the beginning alone is named. */
const longestNamed = 64;

/**
 * What leads to what. Nothing here calls itself, and each key is measured once, however many lead to it: what is looked at
 * may be as long as a document that somebody sent.
 */
export function chains(next: (key: string) => readonly string[]) {
  const depths = new Map<string, number>();
  let stepsLeft = mostSteps;

  return {
    /** How many keys the longest chain from one on has, itself included; without end when it goes round anywhere. */
    depth(start: string): number {
      const open: { key: string; next: readonly string[]; place: number; longest: number }[] = [];
      const enter = (key: string) => {
        // As long as it is open: whoever comes back to it goes round.
        depths.set(key, Infinity);
        open.push({ key, next: next(key), place: 0, longest: 0 });
      };
      if (!depths.has(start)) enter(start);
      for (let top = open.at(-1); top; top = open.at(-1)) {
        const child = top.next[top.place++];
        if (child === undefined) {
          open.pop();
          depths.set(top.key, 1 + top.longest);
          const above = open.at(-1);
          if (above) above.longest = Math.max(above.longest, 1 + top.longest);
        } else if (depths.has(child)) top.longest = Math.max(top.longest, depths.get(child)!);
        else enter(child);
      }
      return depths.get(start)!;
    },

    /**
     * The shortest chain from one key to another, both named; nothing when there is none. Once the steps are spent, a chain
     * is taken for granted: ask only where something goes round.
     */
    path(from: string, to: string): string[] | undefined {
      const cameFrom = new Map<string, string | undefined>([[from, undefined]]);
      for (const key of cameFrom.keys()) {
        if (key === to) return named(pathBack(key, cameFrom));
        if (stepsLeft-- <= 0) return [from, '…', to];
        for (const each of next(key)) if (!cameFrom.has(each)) cameFrom.set(each, key);
      }
      return undefined;
    },
  };
}

export type Chains = ReturnType<typeof chains>;

function pathBack(to: string, cameFrom: ReadonlyMap<string, string | undefined>): string[] {
  const path: string[] = [];
  for (let key: string | undefined = to; key !== undefined; key = cameFrom.get(key)) path.push(key);
  return path.toReversed();
}

const named = (path: string[]) =>
  path.length <= longestNamed ? path : [...path.slice(0, longestNamed - 2), '…', path.at(-1)!];
