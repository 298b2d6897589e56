import { compareRuns, verdictOf, type ComparedRun } from '@whetstone/evals';
import type { RunComparison } from '@whetstone/shared/contract';
import { clusteredInterval } from '@whetstone/shared/stats';
import { typeset } from './typeset.ts';
import { bracketOf, clusterCounts, isPaired, matrixOf, outcomesOf } from './paired-outcomes.ts';

interface Side {
  runId: string;
  label: string;
  run: ComparedRun;
}

/** The figures are those of `whetstone-evals compare`, without bootstraps. */
export function compareRecorded(a: Side, b: Side): RunComparison {
  const comparison = compareRuns(a.run, b.run, { allowPartial: true, draws: 0 });
  const outcomes = outcomesOf(a.run, b.run);
  const paired = outcomes.filter(isPaired);
  const outcomeOf = new Map(paired.map((outcome) => [outcome.problemId, outcome]));
  const clusters = b.run.manifest.dataset.clusters ?? a.run.manifest.dataset.clusters;
  const sideOf = ({ runId, label }: Side, side: 'a' | 'b', passRate: number): RunComparison['a'] => ({
    runId,
    label,
    passRate,
    interval: clusteredInterval(clusterCounts(paired, side, clusters)),
    n: paired.reduce((sum, { [side]: { graded } }) => sum + graded, 0),
  });
  const { difference, interval, isSeparated, test, detectableDrop, lost, gained } = comparison;
  return {
    a: sideOf(a, 'a', comparison.rateA),
    b: sideOf(b, 'b', comparison.rateB),
    problems: comparison.problems,
    missing: outcomes.filter((outcome) => outcome.a.graded > 0 !== outcome.b.graded > 0).length,
    matrix: matrixOf(paired),
    differencePoints: 100 * difference,
    interval: interval ? [100 * interval[0], 100 * interval[1]] : null,
    p: test.p.twoSided,
    test: test.name,
    verdict: !isSeparated ? 'no difference detected' : difference < 0 ? 'worse' : 'better',
    detectablePoints: 100 * detectableDrop,
    sentence: typeset(verdictOf(comparison)),
    warnings: [...comparison.warnings, ...incompleteness(outcomes, paired.length)],
    discordant: [...lost, ...gained].map(({ problemId }) => outcomeOf.get(problemId)!),
  };
}

function incompleteness(outcomes: ReturnType<typeof outcomesOf>, paired: number): string[] {
  if (paired === outcomes.length) return [];
  const [lowest, highest] = bracketOf(outcomes).map((points) => points.toFixed(1).replace('-', '−'));
  return [
    `${outcomes.length - paired} of ${outcomes.length} problems lack a verdict; with them the difference could be anything from ${lowest} to ${highest} points`,
  ];
}
