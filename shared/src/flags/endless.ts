/** How many may follow, one behind the other, below one that is itself asked about. */
export const maxPrerequisiteDepth = 64;

/** What runs in a circle or too deep, by peeling off those whose chains all end, one level at a time. */
export function endlessAmong<T>(all: ReadonlyMap<string, T>, behind: (one: T) => readonly string[]): Set<string> {
  let waiting = new Map<string, readonly string[]>();
  for (const [key, one] of all) {
    const next = behind(one);
    if (next.length > 0) waiting.set(key, next);
  }
  for (let level = 0; level < maxPrerequisiteDepth && waiting.size > 0; level++) {
    const before = waiting;
    waiting = new Map([...before].filter(([, next]) => next.some((key) => before.has(key))));
  }
  return new Set(waiting.keys());
}
