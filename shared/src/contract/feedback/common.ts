import { z } from 'zod';
import { FlagKey } from '../flag-document.ts';

export const At = z.iso.datetime();
export const Instant = z.iso.datetime({
  offset: true,
  error: 'expected an ISO-8601 instant such as 2026-03-01T09:00:00Z',
});
export const Name = z.string().min(1).max(128);
export const Id = z.string().min(1).max(1_024);
export const Count = z.int().min(0).max(Number.MAX_SAFE_INTEGER);
export const Share = z.number().min(0).max(1);
/** 95 %, as the name beside it says of what. */
export const Interval = z.tuple([z.number(), z.number()]);
export const Served = z
  .record(FlagKey, Name)
  .refine((flags) => Object.keys(flags).length <= 200, 'takes at most 200 flags');

/** What became of lines that an agent wrote. `unknown` is nobody's: it never counts as a person's. */
export const Verdict = z.enum([
  'kept',
  'edited',
  'deleted',
  'rejected',
  'rejected_before_write',
  'cosmetic',
  'agent_revision',
  'mixed',
  'unknown',
]);
export type Verdict = z.infer<typeof Verdict>;

export const CaptureKind = z.enum(['edit', 'reject', 'manual_fix', 'kept']);
export type CaptureKind = z.infer<typeof CaptureKind>;

/**
 * What a correction is about. Only `deletion`, `behaviour` and repeated `rename`s are learned from; `evolution` is the work going
 * on, `unknown` what could not be read.
 */
export const Triage = z.enum(['cosmetic', 'wording', 'rename', 'deletion', 'behaviour', 'evolution', 'unknown']);
export type Triage = z.infer<typeof Triage>;

export const ReviewStatus = z.enum(['pending', 'accepted', 'rejected']);
export type ReviewStatus = z.infer<typeof ReviewStatus>;

/** As SWE-bench Pro names what goes wrong in agents' work. */
export const FailureCategory = z.enum([
  'wrong_solution',
  'tool_error',
  'syntax_error',
  'context_overflow_from_listing',
  'endless_file_reading',
  'identified_incorrect_file',
  'misunderstood_problem_statement',
  'infinite_loop',
  'other',
]);
export type FailureCategory = z.infer<typeof FailureCategory>;
