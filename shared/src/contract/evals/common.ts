import { z } from 'zod';

export const RunId = z.uuid().describe('UUIDv7 of the run');
export const DatasetName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,63}$/, 'a data set name is 1 to 64 of a-z 0-9 . _ - and starts with a letter or digit')
  .describe('humaneval, mbpp, mbpp-sanitized, swe-bench-lite, starter, or one of the project');
export const ProblemId = z.string().min(1).max(256);
export const ShortText = z.string().min(1).max(256);
/** A counting number as databases keep it. */
export const Ordinal = z.int().min(1).max(2_147_483_647);
export const Usd = z.number().min(0).max(1_000_000);
export const At = z.iso.datetime();

const runStatuses = ['queued', 'running', 'completed', 'failed', 'cancelled'] as const;
export const RunStatus = z.enum(runStatuses);
export type RunStatus = z.infer<typeof RunStatus>;

const sampleStatuses = ['passed', 'failed', 'error', 'timeout', 'skipped'] as const;
export const SampleStatus = z
  .enum(sampleStatuses)
  .describe('error is infrastructure and never counts as a failure; skipped was not asked (budget, cancelled)');
export type SampleStatus = z.infer<typeof SampleStatus>;

export const Counts = z.object({
  passed: z.int(),
  failed: z.int(),
  error: z.int(),
  timeout: z.int(),
  skipped: z.int(),
});
export type Counts = z.infer<typeof Counts>;

/** 95 %, as fractions of 1. */
export const Interval = z.tuple([z.number(), z.number()]).describe('95 % interval, lowest and highest');

const subjectKinds = ['model', 'samples', 'reference', 'command'] as const;
export const SubjectKind = z.enum(subjectKinds);
export type SubjectKind = z.infer<typeof SubjectKind>;

/** The flag and variant whose effect a run measures; what is rolled back when it does harm. */
export const CarryingFlag = z.strictObject({
  key: z.string().min(1).max(128),
  variant: z.string().min(1).max(128),
});
export type CarryingFlag = z.infer<typeof CarryingFlag>;
