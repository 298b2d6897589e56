import type { Change } from '../contract/flag-history.ts';

/** Follows the path of a list and holds the ids of its elements, in their order. No id begins with a `#`. */
const orderStep = '#order';

/**
 * What differs between two JSON values, deepest first named. Paths are JSON pointers (RFC 6901) with one addition: where
 * both values hold a list of things with distinct `id`s, an element is named by its id instead of its place, so that a rule
 * put in front is one addition. What the ids cannot say is a change of `<list>/#order`: the ids before and after. Lists of
 * objects without ids are compared element by element when they are of one length; any other lists as a whole. Neither the
 * order of an object's members nor a member that is undefined counts.
 *
 * Read backwards: elements that left go, new ones come at the end in the order of their changes, `#order` sorts.
 */
export function diffOf(before: unknown, after: unknown): Change[] {
  const changes: Change[] = [];
  compare(before, after, '', changes);
  return changes;
}

type Json = Record<string, unknown>;
type Identified = { id: string };

function compare(before: unknown, after: unknown, path: string, changes: Change[]): void {
  if (before === after) return;
  if (isObject(before) && isObject(after)) return compareMembers(before, after, path, changes);
  if (Array.isArray(before) && Array.isArray(after)) {
    if (isIdentified(before) && isIdentified(after)) return compareIdentified(before, after, path, changes);
    if (before.length === after.length && [...before, ...after].every(isNameless)) {
      return before.forEach((element, i) => compare(element, after[i], `${path}/${i}`, changes));
    }
    if (isSame(before, after)) return;
  }
  changes.push({ path, ...(before !== undefined && { before }), ...(after !== undefined && { after }) });
}

function compareMembers(before: Json, after: Json, path: string, changes: Change[]): void {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  for (const name of names) compare(own(before, name), own(after, name), `${path}/${escaped(name)}`, changes);
}

function compareIdentified(before: Identified[], after: Identified[], path: string, changes: Change[]): void {
  const known = new Map(before.map((element) => [element.id, element]));
  const left = new Map(after.map((element) => [element.id, element]));
  for (const element of before) compare(element, left.get(element.id), `${path}/${escaped(element.id)}`, changes);
  const added = after.filter(({ id }) => !known.has(id));
  for (const element of added) compare(undefined, element, `${path}/${escaped(element.id)}`, changes);

  const expected = [...before.filter(({ id }) => left.has(id)), ...added].map(({ id }) => id);
  const ids = after.map(({ id }) => id);
  if (!isSame(expected, ids)) {
    changes.push({ path: `${path}/${orderStep}`, before: before.map(({ id }) => id), after: ids });
  }
}

/** An empty list, too: what comes into it is an addition. */
function isIdentified(list: unknown[]): list is Identified[] {
  const ids = new Set(list.map((element) => (isObject(element) ? own(element, 'id') : undefined)));
  return ids.size === list.length && [...ids].every((id) => typeof id === 'string' && !id.startsWith('#'));
}

const isNameless = (element: unknown) => isObject(element) && !Object.hasOwn(element, 'id');

function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item, i) => isSame(item, b[i]));
  if (!isObject(a) || !isObject(b)) return false;
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])];
  return names.every((name) => isSame(own(a, name), own(b, name)));
}

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const own = (holder: Json, name: string): unknown => (Object.hasOwn(holder, name) ? holder[name] : undefined);

const escaped = (step: string) => step.replaceAll('~', '~0').replaceAll('/', '~1');
