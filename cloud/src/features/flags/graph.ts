/** A chain from one key to another, both named; nothing when there is none. `next`: what a key leads to. */
export function pathBetween(
  from: string,
  to: string,
  next: (key: string) => readonly string[],
  seen = new Set<string>(),
): string[] | undefined {
  if (from === to) return [to];
  if (seen.has(from)) return undefined;
  seen.add(from);
  for (const key of next(from)) {
    const rest = pathBetween(key, to, next, seen);
    if (rest) return [from, ...rest];
  }
  return undefined;
}

/** How many keys the longest chain from one on has, itself included. Each is measured once, however many lead to it. */
export function depthOf(
  key: string,
  next: (key: string) => readonly string[],
  measured = new Map<string, number>(),
): number {
  const known = measured.get(key);
  if (known !== undefined) return known;
  const depth = 1 + Math.max(0, ...next(key).map((each) => depthOf(each, next, measured)));
  measured.set(key, depth);
  return depth;
}
