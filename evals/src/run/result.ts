import { z } from 'zod';

export type Status = z.infer<typeof Status>;
const Status = z.enum(['passed', 'failed', 'error', 'timeout', 'skipped']);

/** A line of results.jsonl: one sample of one problem, judged. */
export const SampleResult = z.object({
  problemId: z.string(),
  sampleIndex: z.int().min(0),
  /** `error` is infrastructure and never counts as a failure; `skipped` was not asked (budget, cancelled). */
  status: Status,
  detail: z.string().exactOptional(),
  /** What the subject took where it took time (a model, a command), else what grading took. */
  timeMs: z.number(),
  gradeMs: z.number().exactOptional(),
  /** What the answer cost when it was made, be it now or earlier. Absent when the price is not known. */
  costUsd: z.number().exactOptional(),
  inputTokens: z.number().exactOptional(),
  outputTokens: z.number().exactOptional(),
  /** Hash of what was graded: key into the run's generations, for the drill-down and `regrade`. */
  answerSha256: z.string().exactOptional(),
  weaker: z.literal(true).exactOptional(),
  /** The answer was got earlier (cache, `regrade`): its cost was not paid again. */
  reused: z.literal(true).exactOptional(),
});
export type SampleResult = z.infer<typeof SampleResult>;

/** A verdict on the subject, as against trouble of ours or a question never put. */
export const isGraded = ({ status }: Pick<SampleResult, 'status'>): boolean =>
  status === 'passed' || status === 'failed' || status === 'timeout';

/** One sample of one problem within a run. */
export const sampleKey = (problemId: string, sampleIndex: number): string => `${sampleIndex}/${problemId}`;
