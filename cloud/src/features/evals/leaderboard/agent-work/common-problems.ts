/** Each pair of models is compared on each of them. */
const mostCompared = 1_000;

/**
 * Places for the problems by which two models can be told apart: those that several worked on, the most common first. Names are
 * whatever agents say, so their number has no bound of its own.
 */
export function commonProblems(
  groups: readonly { model: string; problem: string }[],
  atMost = mostCompared,
): Map<string, number> {
  const modelsOf = new Map<string, number>();
  for (const { problem } of groups) modelsOf.set(problem, (modelsOf.get(problem) ?? 0) + 1);
  const common = [...modelsOf].filter(([, models]) => models > 1);
  const chosen = common.toSorted(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).slice(0, atMost);
  return new Map(chosen.map(([problem], place) => [problem, place]));
}
