import type { Problem } from '../problem.ts';

/** What a subject answers to a problem. */
export type Answer =
  /** Continues the stem of the problem. */
  | { kind: 'completion'; text: string }
  /** A whole program. */
  | { kind: 'program'; text: string }
  /** A unified diff against the base commit. */
  | { kind: 'patch'; text: string }
  /** It answered, and there is nothing to grade in what it said: a failure of the subject, not of the harness. */
  | { kind: 'none'; reason: string };

/** Of one answer; whoever tells of more has miscounted, and what keeps them could not. */
export const mostTokens = 2 ** 31 - 1;

export interface Usage {
  inputTokens?: number;
  outputTokens?: number;
  /** US dollars; absent when the price is not known. Never 0 for unknown. */
  costUsd?: number;
}

export interface Attempt {
  answer: Answer;
  usage: Usage;
  /** Wall time that the subject took, retries and waiting for the rate limit left out. */
  solveMs: number;
  /** What was said to and by the subject, for the drill-down. */
  transcript?: { request: string; response: string };
  /** It was got earlier (cache, a run that is graded again): `usage` tells what it cost then, and is not paid again. */
  reused?: true;
}

/** What stands in the manifest about a subject: everything that could change its answers, and no secret. */
export type SubjectManifest = { kind: 'model' | 'samples' | 'command' | 'reference'; label: string } & Record<
  string,
  unknown
>;

export interface CostEstimate {
  /** What it will probably be. Absent when the price is not known. */
  costUsd?: number;
  /** What it can come to at most, each answer as long as it may be. */
  worstCaseUsd?: number;
  /** How it was reached, for people. */
  basis: string;
}

export interface Solver {
  subject: SubjectManifest;
  /** How many samples it has of a problem, where that is not the run's choice (recorded samples); 0 leaves it out of the run. */
  samplesOf?(problem: Problem): number;
  /** Why there is no answer to be had, where that is known without asking: such a sample is skipped. */
  lacks?(problem: Problem, sampleIndex: number): string | undefined;
  /** Before anything is spent. */
  estimate?(problems: readonly Problem[], samplesPerProblem: number): CostEstimate;
  /** The most that one answer to it can cost, for a budget that must not be passed; undefined when the price is not known. */
  worstCaseUsd?(problem: Problem): number | undefined;
  /**
   * Throws a WhetstoneError `unavailable` when no answer could be had (after retries of its own): infrastructure, never a
   * failure. Answers are asked for at most once per (problem, sampleIndex) unless the attempt before was lost.
   */
  solve(problem: Problem, sampleIndex: number, signal: AbortSignal): Promise<Attempt>;
  close?(): Promise<void>;
}
