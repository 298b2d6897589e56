import { drawProblems, type Dataset, type Problem } from '@whetstone/evals';
import type { EvalRunRequest } from '@whetstone/shared/contract';
import { WhetstoneError } from '@whetstone/shared/errors';

/** The problems of a run, in the order of the data set: all, those that are named, or so many drawn by the seed. */
export function chooseProblems(
  { name, problems }: Pick<Dataset, 'name' | 'problems'>,
  { problems: wanted, seed = 0 }: Pick<EvalRunRequest, 'problems' | 'seed'>,
): readonly Problem[] {
  if (wanted === undefined) return problems;
  if (typeof wanted === 'number') return drawProblems(problems, wanted, seed);
  const ids = new Set(wanted);
  const chosen = problems.filter(({ id }) => ids.delete(id));
  const [unknown] = ids;
  if (unknown === undefined) return chosen;
  throw new WhetstoneError('not_found', `the data set ${name} has no problem "${unknown}"`);
}
