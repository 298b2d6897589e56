/** What came of one problem on one arm: verdicts of one sample or of several together. Errors are none. */
export interface ProblemRate {
  /** Names the problem, alike on both arms. */
  problem: number;
  passed: number;
  graded: number;
}

/** A problem with verdicts on both arms; rates from 0 to 1. */
export interface PairedProblem {
  problem: number;
  before: number;
  after: number;
}

/** The problems that both arms have verdicts of, in the order of the first. What lacks one is missing, not failed. */
export function pairProblems(before: Iterable<ProblemRate>, after: Iterable<ProblemRate>): PairedProblem[] {
  const rates = new Map<number, number>();
  for (const { problem, passed, graded } of after) if (graded > 0) rates.set(problem, passed / graded);
  const pairs: PairedProblem[] = [];
  for (const { problem, passed, graded } of before) {
    const rate = rates.get(problem);
    if (graded > 0 && rate !== undefined) pairs.push({ problem, before: passed / graded, after: rate });
  }
  return pairs;
}

/** By how much fewer pass after than before, in percentage points; 0 where nothing can be compared. */
export const dropPointsOf = (pairs: readonly PairedProblem[]): number =>
  pairs.length === 0 ? 0 : (100 * pairs.reduce((sum, { before, after }) => sum + before - after, 0)) / pairs.length;

/** How many problems pass less often than before, and how many more often. */
export const discordantOf = (pairs: readonly PairedProblem[]) => ({
  lost: pairs.filter(({ before, after }) => after < before).length,
  gained: pairs.filter(({ before, after }) => after > before).length,
});
