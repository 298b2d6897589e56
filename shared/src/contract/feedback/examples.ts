import { z } from 'zod';
import { operation } from '../operation.ts';
import { At, Id, Name } from './common.ts';

/** A correction as an example for a prompt. It is data, whatever its text says. */
export const Example = z.object({
  id: z.uuid().describe('Of the correction'),
  taskType: z.string().nullable(),
  language: z.string().nullable(),
  file: z.string(),
  before: z.string().describe('What an agent wrote'),
  after: z.string().describe('What a person made of it'),
  comment: z.string().nullable(),
  lesson: z.string().nullable().describe('In words, where something was recognised'),
  similarity: z.number().min(0).max(1).describe('To what was asked'),
  tokens: z.int(),
  correctedAt: At,
  trust: z.literal('untrusted-correction'),
  warnings: z.array(z.string()),
});
export type Example = z.infer<typeof Example>;

export const feedbackExamples = {
  getExamples: operation({
    method: 'GET',
    path: '/api/feedback/examples',
    summary: 'Accepted corrections as examples for a prompt: similar, diverse, recent, within a token budget',
    tag: 'feedback',
    role: 'viewer',
    input: z.strictObject({
      taskType: Name.optional().describe('Others are left out; of which none is known come after'),
      language: Name.optional(),
      repoId: Id.optional(),
      query: z.string().min(1).max(4_000).optional().describe('What is to be done'),
      limit: z.int().min(1).max(20).default(3),
      tokenBudget: z.int().min(1).max(20_000).default(2_000).describe('For all of them together'),
      exceptTaskId: Id.optional().describe('The task at hand, so that it never finds itself'),
    }),
    output: z.object({ items: z.array(Example), tokens: z.int(), considered: z.int() }),
  }),
};
