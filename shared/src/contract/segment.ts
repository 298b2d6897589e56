import { z } from 'zod';
import { patternBudget } from '../flags/pattern-budget.ts';
import { DryRun, dryRunQuery } from './dry-run.ts';
import { Condition, Reason } from './flag-document.ts';
import { Change, HistoryActor, MovesOfFlags } from './flag-history.ts';
import { operation } from './operation.ts';
import { pageInput, pageOf } from './page.ts';

export const SegmentKey = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,127}$/, 'a segment key is 1 to 128 of a-z 0-9 . _ - and starts with a letter or digit')
  .describe('Segment key, e.g. beta-testers');

const units = z.array(z.string().min(1).max(1024)).max(10_000);

/**
 * A named group that conditions ask about: `{attribute, op: 'segment', values: [keys]}`. Whoever `excluded` lists is out,
 * whoever `included` lists is in (both by the attribute of the condition), anybody else is in when all conditions of one
 * of the `rules` hold.
 */
const segmentFields = {
  key: SegmentKey,
  description: z.string().max(2000).optional(),
  included: units.optional(),
  excluded: units.optional(),
  rules: z
    .array(z.strictObject({ when: z.array(Condition).min(1).max(100).describe('All must hold') }))
    .max(100)
    .optional()
    .describe('One that holds is enough'),
};

const serverFields = {
  version: z.int().min(1),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
};

export const Segment = z.object({ ...segmentFields, ...serverFields }).meta({ id: 'Segment' });
export type Segment = z.infer<typeof Segment>;

/** What a person decides about a segment: all but what the server sets. */
export type SegmentDefinition = Omit<Segment, keyof typeof serverFields>;

// A segment that was read may be sent back as it is.
const ignored = { createdAt: z.unknown().optional(), updatedAt: z.unknown().optional() };

export const SegmentDraft = z
  .strictObject({ ...segmentFields, ...ignored, version: z.unknown().optional(), reason: Reason })
  .superRefine(checkPatterns);

const SegmentChange = z
  .strictObject({
    ...segmentFields,
    ...ignored,
    version: z.int().min(1).describe('The version this change was made from'),
    reason: Reason,
  })
  .superRefine(checkPatterns);

/** The patterns of one segment share a budget, as those of one flag do. */
function checkPatterns({ rules = [] }: Pick<Segment, 'rules'>, context: z.core.$RefinementCtx) {
  const patterns = patternBudget();
  rules.forEach(({ when }, i) =>
    when.forEach((condition, j) => {
      const complaint = patterns.complaint(condition);
      if (!complaint) return;
      const path = ['rules', i, 'when', j, ...complaint.path];
      context.addIssue({ code: 'custom', path, message: complaint.message });
    }),
  );
}

/** The answer of every write of a segment: the segment as it is from now on, or on a dry run as it would be. */
const WrittenSegment = Segment.extend({
  dryRun: z.literal(true).optional().describe('Nothing was stored'),
  diff: z.array(Change).optional().describe('Dry run only'),
  moves: MovesOfFlags.optional().describe('Dry run only: of the flags that use it, directly or by other segments'),
}).meta({ id: 'WrittenSegment' });
export type WrittenSegment = z.infer<typeof WrittenSegment>;

const segmentActions = ['created', 'updated', 'deleted', 'rolled_back'] as const;
const SegmentAction = z.enum(segmentActions);
export type SegmentAction = z.infer<typeof SegmentAction>;

const SegmentVersion = z
  .object({
    version: z.int(),
    action: SegmentAction,
    actor: HistoryActor,
    reason: z.string().optional(),
    at: z.iso.datetime(),
    diff: z.array(Change).describe('Against the version before; empty for the first, which is all in segment'),
    segment: Segment.describe('As it was'),
  })
  .meta({ id: 'SegmentVersion' });
export type SegmentVersion = z.infer<typeof SegmentVersion>;

const tag = 'flags';

export const segments = {
  listSegments: operation({
    method: 'GET',
    path: '/api/flags/segments',
    summary: 'Segments by key',
    tag,
    role: 'viewer',
    input: z.object({ ...pageInput }),
    output: pageOf(Segment),
  }),

  createSegment: operation({
    method: 'POST',
    path: '/api/flags/segments',
    summary: 'Create a segment; one that was deleted goes on with its next version',
    tag,
    role: 'editor',
    status: 201,
    query: dryRunQuery,
    input: SegmentDraft,
    output: WrittenSegment,
    idempotent: true,
    errors: ['conflict'],
  }),

  getSegment: operation({
    method: 'GET',
    path: '/api/flags/segments/:key',
    summary: 'One segment',
    tag,
    role: 'viewer',
    input: z.object({ key: SegmentKey }),
    output: Segment,
    errors: ['not_found'],
  }),

  updateSegment: operation({
    method: 'PUT',
    path: '/api/flags/segments/:key',
    summary: 'Replace a segment; 409 with currentVersion when it changed meanwhile',
    tag,
    role: 'editor',
    query: dryRunQuery,
    input: SegmentChange,
    output: WrittenSegment,
    errors: ['not_found', 'conflict'],
  }),

  deleteSegment: operation({
    method: 'DELETE',
    path: '/api/flags/segments/:key',
    summary: 'Delete a segment; 409 with flags and segments while it is used',
    tag,
    role: 'editor',
    input: z.object({ key: SegmentKey, reason: Reason, dryRun: DryRun }),
    output: WrittenSegment,
    errors: ['not_found', 'conflict'],
  }),

  getSegmentHistory: operation({
    method: 'GET',
    path: '/api/flags/segments/:key/history',
    summary: 'All versions of a segment, newest first: who changed what, and why; of a deleted one too',
    tag,
    role: 'viewer',
    input: z.object({ key: SegmentKey, ...pageInput }),
    output: pageOf(SegmentVersion),
    errors: ['not_found'],
  }),

  rollBackSegment: operation({
    method: 'POST',
    path: '/api/flags/segments/:key/rollback',
    summary: 'Make a segment what it was in an earlier version, as a new one',
    tag,
    role: 'editor',
    query: dryRunQuery,
    input: z.strictObject({
      key: SegmentKey,
      version: z.int().min(1).max(2_147_483_647).describe('The version to go back to'),
      reason: Reason,
    }),
    output: WrittenSegment,
    errors: ['not_found', 'conflict'],
  }),
};
