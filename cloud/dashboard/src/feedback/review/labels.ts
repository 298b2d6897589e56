import type { FeedbackItem } from '@whetstone/shared/contract';

/** As many as there are keys. */
export const mostLabels = 9;

/** Until a project has labels of its own. */
const starters = ['api-misuse', 'convention', 'error-handling', 'missing-test', 'naming', 'scope', 'security', 'types'];

/** The labels that people give most, the most given first; then those to begin with. */
export function usedLabels(items: readonly Pick<FeedbackItem, 'labels'>[]): string[] {
  const counts = new Map<string, number>();
  for (const label of items.flatMap(({ labels }) => labels)) counts.set(label, (counts.get(label) ?? 0) + 1);
  const used = [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1)).map(([label]) => label);
  return [...used, ...starters.filter((each) => !counts.has(each))].slice(0, mostLabels);
}

const pattern = /^[a-z0-9][a-z0-9._-]{0,63}$/;

/** Labels as they are typed, with blanks or commas between them; those that are no labels are named. */
export function labelsOf(text: string): { labels: string[]; wrong: string[] } {
  const said = [...new Set(text.split(/[\s,]+/).filter((each) => each !== ''))];
  return {
    labels: said.filter((each) => pattern.test(each)).slice(0, mostLabels),
    wrong: said.filter((each) => !pattern.test(each)),
  };
}
