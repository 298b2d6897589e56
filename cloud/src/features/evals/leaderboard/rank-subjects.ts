import { tieGroups, type TieStanding } from '@whetstone/shared/stats';
import { differenceOf, ratesOf } from './paired-difference.ts';
import type { ProblemSums } from './problem-sums.ts';

interface Ranked {
  passRate: number;
  problems: ProblemSums;
}

/**
 * Places of subjects as far as the data tell, in the order they came: each pair is tested on the problems that both have
 * verdicts on. Where these say the opposite of the pass rates (one of them has verdicts on the easy ones alone), or there are
 * none, the two are not told apart.
 */
export function rankSubjects(subjects: readonly Ranked[], clusterOfProblem?: readonly unknown[]): TieStanding[] {
  const rates = subjects.map(({ problems }) => ratesOf(problems));
  const pOf = (i: number, j: number) => {
    const found = differenceOf(rates[i]!, rates[j]!, clusterOfProblem);
    const agrees = found && Math.sign(found.difference) === Math.sign(subjects[j]!.passRate - subjects[i]!.passRate);
    return agrees ? found.p : 1;
  };
  return tieGroups(
    subjects.map(({ passRate }) => passRate),
    pOf,
  );
}
