import { z } from 'zod';
import { operation } from '../operation.ts';
import { timeRange } from '../time-range.ts';

const Verdict = z.enum(['found', 'altered', 'wrong_version', 'stale', 'unknown']);

const Claim = z.strictObject({
  citationId: z.string().min(1).max(64).optional(),
  url: z.string().min(1).max(2_048).optional(),
  quote: z.string().min(1).max(20_000),
});

export const VerifyRequest = z
  .strictObject({
    text: z.string().min(1).max(200_000).optional().describe('With [ws:ID] after what is quoted or paraphrased'),
    citations: z.array(Claim).min(1).max(200).optional(),
  })
  .refine(({ text, citations }) => (text === undefined) !== (citations === undefined), 'takes text or citations');
export type VerifyRequest = z.infer<typeof VerifyRequest>;

export const VerifiedCitation = z.object({
  citationId: z.string().nullable(),
  url: z.string().nullable(),
  quote: z.string(),
  verdict: Verdict,
  detail: z.string().nullable().describe('Why, in a sentence'),
  changes: z
    .array(z.object({ kind: z.enum(['negation', 'number', 'identifier', 'words']), was: z.string(), is: z.string() }))
    .describe('Of an altered one: what the page says, and what was quoted'),
  library: z.string().nullable(),
  version: z.string().nullable(),
  path: z.string().nullable(),
  startLine: z.int().nullable(),
  endLine: z.int().nullable(),
});
export type VerifiedCitation = z.infer<typeof VerifiedCitation>;

const Counts = z.object({
  found: z.int(),
  altered: z.int(),
  wrong_version: z.int(),
  stale: z.int(),
  unknown: z.int(),
});

export const knowledgeVerify = {
  verifyCitations: operation({
    method: 'POST',
    path: '/api/knowledge/verify',
    summary: 'Whether passages say what is quoted of them',
    tag: 'knowledge',
    role: 'agent',
    input: VerifyRequest,
    output: z.object({ citations: z.array(VerifiedCitation) }),
  }),
  getCitationReport: operation({
    method: 'GET',
    path: '/api/knowledge/citations/report',
    summary: 'How many citations were served and how those that were checked came out, over time',
    tag: 'knowledge',
    role: 'viewer',
    input: z.strictObject({ timeRange: timeRange({ usual: '30d', longestDays: 400 }) }),
    output: z.object({
      timeRange: z.string(),
      served: z.int(),
      checked: z.int(),
      verdicts: Counts,
      accuracy: z.number().nullable().describe('found / checked; null: nothing was checked'),
      days: z.array(z.object({ day: z.string(), served: z.int() }).extend(Counts.shape)),
      libraries: z.array(z.object({ library: z.string(), version: z.string(), served: z.int() }).extend(Counts.shape)),
    }),
  }),
};
