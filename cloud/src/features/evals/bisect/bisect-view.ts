import { posteriorOf } from '@whetstone/evals';
import type { Bisect } from '@whetstone/shared/contract';
import type { BisectRow, StepRow } from './bisect-row.ts';
import { seenOf } from './plan.ts';

/** A bisect as people see it; the guidance texts of its versions are left to the request. */
export function bisectView(row: BisectRow, steps: readonly StepRow[]): Bisect {
  const { id, status, request, candidates, problems, maxRuns, answer, failure, regressionId } = row;
  const { over, dataset, confidence } = request;
  const history = seenOf(candidates.length, steps);
  const { chances } = posteriorOf(history);
  const counted = (phase: StepRow['phase']) =>
    steps.filter((step) => step.phase === phase && (step.verdict === 'passed' || step.verdict === 'failed')).length;
  return {
    id,
    status,
    over,
    dataset,
    confidence,
    problems,
    maxRuns,
    answer,
    failure,
    regressionId,
    candidates: candidates.map(({ name, title }, index) => {
      const { runs, failures } = history.positions[index]!;
      return { index, name, title, posterior: chances[index]!, runs, failures };
    }),
    steps: steps.map(({ number, phase, candidate, runId, verdict, posterior }) => {
      const bestPosterior = posterior && posterior.reduce((a, b) => Math.max(a, b));
      return {
        number,
        phase,
        runId,
        verdict,
        posterior,
        bestPosterior,
        index: candidate,
        failed: verdict === 'failed' ? true : verdict === 'passed' ? false : null,
        bestIndex: posterior && posterior.indexOf(bestPosterior!),
      };
    }),
    seedRuns: counted('seed'),
    searchRuns: counted('search'),
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}
