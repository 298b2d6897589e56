import { z } from 'zod';
import { patternBudget } from '../flags/pattern-budget.ts';
import { Condition, Reason } from './flag-document.ts';
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
    input: SegmentDraft,
    output: Segment,
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
    input: SegmentChange,
    output: Segment,
    errors: ['not_found', 'conflict'],
  }),

  deleteSegment: operation({
    method: 'DELETE',
    path: '/api/flags/segments/:key',
    summary: 'Delete a segment; 409 with flags and segments while it is used',
    tag,
    role: 'editor',
    input: z.object({ key: SegmentKey, reason: Reason }),
    output: Segment,
    errors: ['not_found', 'conflict'],
  }),
};
