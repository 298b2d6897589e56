import { z } from 'zod';
import { FlagKey } from '../flag-document.ts';
import { operation } from '../operation.ts';
import { ShortText, Usd } from './common.ts';

const Name = (maxLength: number) => z.string().max(maxLength).regex(/\S/, 'a name is more than blanks');
const Id = z.string().min(1).max(1_024);

/** One outcome of real agent work. */
export const EvalSubmission = z.strictObject({
  taskId: Id.optional(),
  model: Name(256),
  problem: Name(512).describe('What was to be done, by a name that stays the same over time'),
  taskType: z.string().min(1).max(128).optional(),
  language: z.string().min(1).max(128).optional(),
  complexity: z.string().min(1).max(128).optional(),
  passed: z.boolean(),
  costUsd: Usd.optional(),
  timeMs: z.number().min(0).max(31_536_000_000).optional(),
  code: z.json().optional().describe('Any JSON: what was written'),
  commit: z.string().min(1).max(64).optional(),
  userId: Id.optional(),
  repoId: Id.optional(),
  flags: z
    .record(FlagKey, z.string().min(1).max(128))
    .refine((flags) => Object.keys(flags).length <= 200, 'takes at most 200 flags')
    .optional(),
  guidanceVersion: ShortText.optional(),
  recommendationId: z.string().min(1).max(128).optional().describe('Of the recommendation that was followed'),
  at: z.iso.datetime({ offset: true }).optional().describe('When it ended; default the arrival'),
});
export type EvalSubmission = z.infer<typeof EvalSubmission>;

export const evalSubmit = {
  submitEvalRun: operation({
    method: 'POST',
    path: '/api/eval/submit',
    summary: 'Tell one outcome of real agent work; on the leaderboard as data set "agent-work"',
    tag: 'evals',
    role: 'agent',
    status: 201,
    input: EvalSubmission,
    output: z.object({ id: z.uuid() }),
    idempotent: true,
  }),
};
