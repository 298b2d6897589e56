import { z } from 'zod';
import { operation } from '../operation.ts';
import { pageInput, pageOf } from '../page.ts';
import { At, FailureCategory, Id, Interval, Name, Share } from './common.ts';

/** What people change again and again. */
export const Pattern = z.object({
  id: z.uuid(),
  kind: z.enum(['detector', 'template', 'failure']),
  key: z.string().describe('Id of the detector, or what names the template'),
  title: z.string().describe('In words'),
  language: z.string().nullable(),
  taskType: z.string().nullable().describe('null: of all'),
  template: z.object({ before: z.string(), after: z.string() }).nullable().describe('With holes such as $A'),
  failure: FailureCategory.nullable(),
  guidance: z.string().nullable().describe('A rule for agents that would have spared the correction'),
  support: z.object({
    corrections: z.int(),
    tasks: z.int(),
    repos: z.int(),
    users: z.int(),
  }),
  changed: z.int().describe('Places of agent code that people changed so'),
  survived: z.int().describe('Places where it could have been done and was left'),
  rate: Share.nullable().describe('changed / (changed + survived)'),
  rateInterval: Interval.nullable().describe('95 %'),
  baseRate: Share.nullable().describe('Of agent lines of this language in what was read, how many were changed at all'),
  lift: z.number().nullable().describe('rate / baseRate'),
  liftInterval: Interval.nullable().describe('95 %'),
  isPattern: z.boolean().describe('Support of at least 3 and a lift interval above 1'),
  whyNot: z.string().nullable(),
  byModel: z.array(z.object({ model: z.string(), changed: z.int(), survived: z.int() })),
  byRepo: z.array(z.object({ repoId: z.string(), changed: z.int(), survived: z.int() })),
  firstAt: At,
  lastAt: At,
});
export type Pattern = z.infer<typeof Pattern>;

export const feedbackPatterns = {
  listPatterns: operation({
    method: 'GET',
    path: '/api/feedback/patterns',
    summary: 'What people change again and again in agents’ work, with support and lift',
    tag: 'feedback',
    role: 'viewer',
    input: z.strictObject({
      ...pageInput,
      taskType: Name.optional(),
      language: Name.optional(),
      model: Name.optional(),
      repoId: Id.optional(),
      kind: Pattern.shape.kind.optional(),
      all: z.boolean().default(false).describe('Those too that are not (yet) to be called patterns, with the reason'),
    }),
    output: pageOf(Pattern).extend({
      learnedAt: At.nullable(),
      waiting: z.int().describe('Corrections that nothing was learned from yet'),
    }),
  }),
  getPattern: operation({
    method: 'GET',
    path: '/api/feedback/patterns/:id',
    summary: 'One pattern with the corrections it rests on, and counterexamples',
    tag: 'feedback',
    role: 'viewer',
    input: z.strictObject({ id: z.uuid() }),
    output: Pattern.extend({
      evidence: z
        .array(
          z.object({ feedbackId: z.uuid(), hunkId: z.uuid(), file: z.string(), before: z.string(), after: z.string() }),
        )
        .describe('At most 50, the newest first'),
      counterexamples: z
        .array(z.object({ feedbackId: z.uuid(), file: z.string(), text: z.string() }))
        .describe('Agent code that was left as it is, at most 10'),
      usedIn: z.array(z.object({ guidanceVersion: z.string(), ruleId: z.string() })),
    }),
    errors: ['not_found'],
  }),
};
