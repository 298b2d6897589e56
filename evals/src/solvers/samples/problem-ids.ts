import type { Problem } from '../../problem.ts';

/**
 * Finds the problem that an id of a samples file means. Besides the data set's own ids: `Mbpp/11` as EvalPlus writes,
 * `mbpp_11_remove_odd` and `HumanEval_0_…` as MultiPL-E does, and a bare number where all problems are of one series.
 */
export function problemFinder(problems: readonly Problem[]): (id: string) => Problem | undefined {
  const byId = new Map(problems.map((problem) => [problem.id, problem]));
  const bySeries = new Map(problems.map((problem) => [seriesAndNumber(problem.id), problem]));
  const series = new Set(problems.map(({ id }) => seriesAndNumber(id)?.split('/')[0]));
  const [only] = series.size === 1 ? series : [];
  return (id) => {
    const key = only !== undefined && /^\d+$/.test(id) ? `${only}/${Number(id)}` : seriesAndNumber(id);
    return byId.get(id) ?? (key === undefined ? undefined : bySeries.get(key));
  };
}

function seriesAndNumber(id: string): string | undefined {
  const match = /^(humaneval|mbpp)[/_](\d+)(?:_.*)?$/i.exec(id);
  return match ? `${match[1]!.toLowerCase()}/${Number(match[2])}` : undefined;
}
