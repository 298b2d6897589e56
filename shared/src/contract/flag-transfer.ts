import { z } from 'zod';
import { dryRunQuery } from './dry-run.ts';
import { FlagKey, Reason } from './flag-document.ts';
import { MovesOfFlags } from './flag-history.ts';
import { operation } from './operation.ts';

const formats = ['flagd', 'whetstone'] as const;

const Refusal = z
  .object({
    key: z.string().describe('Of the flag or segment; empty for a part of the document that belongs to none'),
    path: z.string().describe('Where, such as $.flags.banner.targeting.if[0]'),
    why: z.string(),
  })
  .meta({ id: 'Refusal' });
export type Refusal = z.infer<typeof Refusal>;

const refused = z.array(Refusal).describe('What was left out, by name: never approximated');
const keys = z.array(z.string());
const Outcome = { created: keys, updated: keys, unchanged: keys };

const tag = 'flags';

export const flagTransfer = {
  exportFlags: operation({
    method: 'GET',
    path: '/api/flags/export',
    summary: 'All flags as one document: of flagd, or our own with the segments',
    tag,
    role: 'viewer',
    input: z.object({ format: z.enum(formats).default('whetstone') }),
    output: z.object({ document: z.record(z.string(), z.unknown()), refused }),
  }),

  importFlags: operation({
    method: 'POST',
    path: '/api/flags/import',
    summary: 'Create and replace flags by a document, all that can be said of it at once; others stay as they are',
    tag,
    role: 'editor',
    query: dryRunQuery,
    input: z.strictObject({
      format: z.enum(formats),
      document: z.record(z.string(), z.unknown()),
      keys: z
        .record(z.string(), FlagKey)
        .optional()
        .describe('flagd only: its key of a flag -> ours; what is hashed stays what it was'),
      reason: Reason,
    }),
    output: z.object({
      ...Outcome,
      segments: z.object(Outcome),
      refused,
      dryRun: z.literal(true).optional().describe('Nothing was stored'),
      changes: z
        .array(z.object({ key: z.string(), changes: z.int().min(1) }))
        .optional()
        .describe('Dry run only: of each flag that would be updated, in how many places'),
      moves: MovesOfFlags.optional().describe(
        'Dry run only: of the flags that would be updated, and those that use a segment that would be',
      ),
    }),
    idempotent: true,
  }),
};
