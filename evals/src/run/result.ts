export type Status = 'passed' | 'failed' | 'error' | 'timeout' | 'skipped';

/** A line of results.jsonl: one sample of one problem, judged. */
export interface SampleResult {
  problemId: string;
  sampleIndex: number;
  /** `error` is infrastructure and never counts as a failure; `skipped` was not asked (budget, cancelled). */
  status: Status;
  detail?: string;
  /** What the subject took where it took time (a model, a command), else what grading took. */
  timeMs: number;
  gradeMs?: number;
  /** Absent when the price is not known. */
  costUsd?: number;
  inputTokens?: number;
  outputTokens?: number;
  /** Hash of what was graded: key into the run's generations, for the drill-down and `regrade`. */
  answerSha256?: string;
  weaker?: true;
}
