import type { FlagDefinition } from '../contract/flag-document.ts';

/**
 * The flags whose prerequisites never end: in a circle, or leading into one. Flags whose prerequisites are all done with are
 * taken away until none is left (Kahn), so that a long chain costs its length and not the square of it.
 */
export function endlessOf(flags: ReadonlyMap<string, FlagDefinition>): ReadonlySet<string> {
  const waiting = new Map<string, number>();
  const dependants = new Map<string, string[]>();
  for (const { key, prerequisites = [] } of flags.values()) {
    const required = new Set(prerequisites.map(({ flag }) => flag).filter((flag) => flags.has(flag)));
    waiting.set(key, required.size);
    for (const flag of required) {
      const known = dependants.get(flag);
      if (known) known.push(key);
      else dependants.set(flag, [key]);
    }
  }
  const done = [...waiting].filter(([, left]) => left === 0).map(([key]) => key);
  for (const key of done) {
    for (const dependant of dependants.get(key) ?? []) {
      const left = waiting.get(dependant)! - 1;
      waiting.set(dependant, left);
      if (left === 0) done.push(dependant);
    }
  }
  const ended = new Set(done);
  return new Set([...flags.keys()].filter((key) => !ended.has(key)));
}
