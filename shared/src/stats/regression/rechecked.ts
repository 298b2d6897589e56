import { dropPointsOf, pairProblems, type ProblemRate } from './rates.ts';

interface Reruns {
  before: readonly ProblemRate[];
  after: readonly ProblemRate[];
}

/**
 * Whether the old build is as good as it was, run again beside the new one: the reruns show a drop by themselves. Where the
 * old build has sunk as well, it is the world around both that got worse, and the first runs alone make the difference.
 */
export const isRechecked = ({ before, after }: Reruns, { alertPoints }: { alertPoints: number }): boolean =>
  dropPointsOf(pairProblems(before, after)) > alertPoints + 1e-9;
