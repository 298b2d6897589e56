import type { EndedRun, ProblemOutcome } from '../runs/ended-run.ts';
import type { StepPhase, StepVerdict } from './bisect-row.ts';

/**
 * What a run says of its version. It failed when more than half of what was graded did: of problems that went from passing to
 * failing each one may be flaky, their majority hardly is. Where infrastructure took half of the samples or more, it says
 * nothing and is done again.
 */
export function verdictOf(phase: StepPhase, { status, summary }: Pick<EndedRun, 'status' | 'summary'>): StepVerdict {
  if (status !== 'completed' || !summary) return 'error';
  const { passed, failed, timeout, error, skipped } = summary.counts;
  const graded = passed + failed + timeout;
  if (graded <= error + skipped) return 'error';
  if (phase === 'scan') return 'scanned';
  return 2 * (failed + timeout) > graded ? 'failed' : 'passed';
}

/** Samples of each problem in a scan: those that are merely flaky seldom tell the ends apart twice. */
export const scanSamples = 2;

/** Places of the problems that passed each time at the good end and never at the bad one. */
export function tellingProblems(good: readonly ProblemOutcome[], bad: readonly ProblemOutcome[]): number[] {
  const lost = new Set(
    bad.filter(({ graded, passed }) => graded >= scanSamples && passed === 0).map(({ problem }) => problem),
  );
  return good
    .filter(({ graded, passed, problem }) => graded >= scanSamples && passed === graded && lost.has(problem))
    .map(({ problem }) => problem);
}

/** At least five samples make a step's majority, of however few problems. */
export const stepSamples = (problems: number) => Math.max(1, Math.ceil(5 / problems));
