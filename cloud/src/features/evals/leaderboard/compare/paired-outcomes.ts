import type { ComparedRun } from '@whetstone/evals';
import type { RunComparison } from '@whetstone/shared/contract';
import type { ClusterCount } from '@whetstone/shared/stats';

interface Outcome {
  passed: number;
  graded: number;
}

export interface PairedOutcome {
  problemId: string;
  a: Outcome;
  b: Outcome;
}

/** Every problem that one of the runs was to answer, with what came of it; `graded` is 0 where there is no verdict. */
export function outcomesOf(a: ComparedRun, b: ComparedRun): PairedOutcome[] {
  const [ofA, ofB] = [tally(a), tally(b)];
  return [...new Set([...a.manifest.dataset.problemIds, ...b.manifest.dataset.problemIds])].map((problemId) => ({
    problemId,
    a: ofA.get(problemId) ?? { passed: 0, graded: 0 },
    b: ofB.get(problemId) ?? { passed: 0, graded: 0 },
  }));
}

function tally({ results }: ComparedRun): Map<string, Outcome> {
  const outcomes = new Map<string, Outcome>();
  for (const { problemId, status } of results) {
    const { passed, graded } = outcomes.get(problemId) ?? { passed: 0, graded: 0 };
    const isGraded = status === 'passed' || status === 'failed' || status === 'timeout';
    outcomes.set(problemId, { passed: passed + Number(status === 'passed'), graded: graded + Number(isGraded) });
  }
  return outcomes;
}

export const isPaired = ({ a, b }: PairedOutcome): boolean => a.graded > 0 && b.graded > 0;

/** A problem with several samples has passed when more than half of them have. */
export function matrixOf(outcomes: readonly PairedOutcome[]): RunComparison['matrix'] {
  const hasPassed = ({ passed, graded }: Outcome) => 2 * passed > graded;
  const count = (inA: boolean, inB: boolean) =>
    outcomes.filter(({ a, b }) => hasPassed(a) === inA && hasPassed(b) === inB).length;
  return {
    bothPassed: count(true, true),
    onlyA: count(true, false),
    onlyB: count(false, true),
    bothFailed: count(false, false),
  };
}

/** The difference in points if all that has no verdict had turned out worst for B, and if best. */
export function bracketOf(outcomes: readonly PairedOutcome[]): [lowest: number, highest: number] {
  const rate = ({ passed, graded }: Outcome, otherwise: number) => (graded > 0 ? passed / graded : otherwise);
  const mean = (inA: number, inB: number) =>
    (100 * outcomes.reduce((sum, { a, b }) => sum + rate(b, inB) - rate(a, inA), 0)) / outcomes.length;
  return [mean(1, 0), mean(0, 1)];
}

/** Counts of one side, those of a cluster together. */
export function clusterCounts(
  outcomes: readonly PairedOutcome[],
  side: 'a' | 'b',
  clusters: Record<string, string> = {},
): ClusterCount[] {
  const counts = new Map<string, ClusterCount>();
  for (const { problemId, [side]: outcome } of outcomes) {
    const key = Object.hasOwn(clusters, problemId) ? `cluster ${clusters[problemId]}` : `problem ${problemId}`;
    const { n, passed } = counts.get(key) ?? { n: 0, passed: 0 };
    counts.set(key, { n: n + outcome.graded, passed: passed + outcome.passed });
  }
  return [...counts.values()];
}
