import { clusteredInterval } from '@whetstone/shared/stats';
import type { ProblemOutcome } from '../runs/ended-run.ts';
import type { RunRow } from '../runs/repository.ts';
import type { Evidence } from './regression.ts';

export interface ArmRun {
  run: RunRow;
  outcomes: readonly ProblemOutcome[];
}

/** The first run of a build and its rerun, as one. */
export interface PooledArm {
  outcomes: ProblemOutcome[];
  errorRate: number;
  view: Evidence['before'];
}

/** Adds up what came of each problem in several runs of one build. */
export function pooledArm(runs: readonly [ArmRun, ...ArmRun[]]): PooledArm {
  const sums = new Map<number, ProblemOutcome>();
  for (const { outcomes } of runs) {
    for (const { problem, passed, graded, errors } of outcomes) {
      const sum = sums.get(problem) ?? { problem, passed: 0, graded: 0, errors: 0 };
      sums.set(problem, {
        problem,
        passed: sum.passed + passed,
        graded: sum.graded + graded,
        errors: sum.errors + errors,
      });
    }
  }
  const outcomes = [...sums.values()].sort((a, b) => a.problem - b.problem);
  const total = (of: (outcome: ProblemOutcome) => number) => outcomes.reduce((sum, outcome) => sum + of(outcome), 0);
  const n = total(({ graded }) => graded);
  const errors = total((outcome) => outcome.errors);
  const errorRate = n + errors === 0 ? 0 : errors / (n + errors);
  const [{ run }] = runs;
  const clusters = outcomes.filter(({ graded }) => graded > 0).map(({ graded, passed }) => ({ n: graded, passed }));
  return {
    outcomes,
    errorRate,
    view: {
      runIds: runs.map(({ run: { id } }) => id),
      buildId: run.buildId,
      ...(run.commit !== null && { commit: run.commit }),
      passRate: n === 0 ? 0 : total(({ passed }) => passed) / n,
      interval: clusters.length === 0 ? [0, 1] : clusteredInterval(clusters),
      n,
      infrastructureErrorRate: errorRate,
    },
  };
}
