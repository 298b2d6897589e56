import type { Problem } from '@whetstone/evals';

/** More than a filter can show. */
const mostTypes = 100;

/** The kinds of task in a data set by their tags, and the places of their problems; the most frequent ones where there are many. */
export function taskTypesOf(problems: readonly Pick<Problem, 'tags'>[]): Record<string, number[]> {
  const places = new Map<string, number[]>();
  for (const [place, { tags }] of problems.entries())
    for (const tag of new Set(tags)) places.set(tag, [...(places.get(tag) ?? []), place]);
  const most = [...places].toSorted(([, a], [, b]) => b.length - a.length).slice(0, mostTypes);
  return Object.fromEntries(most.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
