/** Whether two JSON values say the same. The order of members says nothing; a member that is undefined is absent. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b)) {
    return Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((item, i) => sameJson(item, b[i]));
  }
  const [left, right] = [membersOf(a), membersOf(b)];
  return (
    left.size === right.size && [...left].every(([name, value]) => right.has(name) && sameJson(value, right.get(name)))
  );
}

const membersOf = (value: object) => new Map(Object.entries(value).filter(([, member]) => member !== undefined));

/** A copy in which a member has another value, or is absent where that is undefined or empty text. */
export function withMember<T extends object, K extends keyof T>(holder: T, name: K, value: T[K] | undefined | ''): T {
  const { [name]: _old, ...rest } = holder;
  // The order of members is kept for those who read the JSON.
  if (value === undefined || value === '') return rest as T;
  return { ...holder, [name]: value };
}

export const replaced = <T>(list: readonly T[], index: number, item: T): T[] =>
  list.map((old, i) => (i === index ? item : old));

export const without = <T>(list: readonly T[], index: number): T[] => list.filter((_, i) => i !== index);

/** Moves one item by a number of places; beyond either end it stays at the end. */
export function moved<T>(list: readonly T[], index: number, by: number): T[] {
  const to = Math.max(0, Math.min(list.length - 1, index + by));
  const item = list[index];
  if (item === undefined || to === index) return [...list];
  const rest = without(list, index);
  return [...rest.slice(0, to), item, ...rest.slice(to)];
}

const widestLine = 100;

/** For people: in one line where it fits, else a member a line. */
export function jsonText(value: unknown): string {
  const lines = JSON.stringify(value, null, 1) ?? '';
  // What breaks lines here is never in a text: there it is written as an escape.
  const line = lines.replaceAll(/\n */g, ' ');
  return line.length <= widestLine ? line : lines;
}
