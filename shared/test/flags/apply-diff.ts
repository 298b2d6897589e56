import type { Change } from '../../src/contract/flag-history.ts';

type Json = Record<string, unknown>;

/** Reads a diff as its documentation says, which is how a diff is told to be whole. */
export function applyDiff(before: unknown, changes: readonly Change[]): unknown {
  return changes.reduce<unknown>(
    (value, change) => applied(value, stepsOf(change.path), change),
    structuredClone(before),
  );
}

const stepsOf = (path: string) =>
  path
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));

function applied(value: unknown, [step, ...rest]: string[], change: Change): unknown {
  if (step === undefined) return structuredClone(change.after);
  if (Array.isArray(value)) return appliedToList(value, step, rest, change);
  const object = { ...(value as Json) };
  const next = applied(Object.hasOwn(object, step) ? object[step] : undefined, rest, change);
  if (next === undefined) delete object[step];
  else Object.defineProperty(object, step, { value: next, enumerable: true, configurable: true, writable: true });
  return object;
}

function appliedToList(list: unknown[], step: string, rest: string[], change: Change): unknown[] {
  if (step === '#order') {
    const order = change.after as string[];
    return list.toSorted((a, b) => order.indexOf(idOf(a)) - order.indexOf(idOf(b)));
  }
  const byId = list.every((element) => typeof (element as Json | null)?.['id'] === 'string');
  const place = byId ? list.findIndex((element) => idOf(element) === step) : Number(step);
  if (place < 0) return [...list, applied(undefined, rest, change)];
  const next = applied(list[place], rest, change);
  return next === undefined ? list.toSpliced(place, 1) : list.with(place, next);
}

const idOf = (element: unknown) => (element as { id: string }).id;
