import { z } from 'zod';
import { DatasetName } from '../evals/common.ts';
import { operation } from '../operation.ts';
import { pageInput, pageOf } from '../page.ts';
import { timeRange } from '../time-range.ts';
import { CapturedHunk, Patch } from './capture.ts';
import { At, CaptureKind, FailureCategory, Id, Name, ReviewStatus, Served, Triage } from './common.ts';

const Label = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,63}$/, 'a label is 1 to 64 of a-z 0-9 . _ - and starts with a letter or digit');

/** A correction as the queue lists it. */
export const FeedbackItem = z.object({
  id: z.uuid(),
  version: z.int().describe('Counts changes by reviewers'),
  taskId: z.string(),
  taskType: z.string().nullable(),
  kind: CaptureKind,
  language: z.string().nullable(),
  repoId: z.string().nullable(),
  userId: z.string().nullable(),
  model: z.string().nullable(),
  guidanceVersion: z.string().nullable(),
  userComment: z.string().nullable(),
  files: z.array(z.string()).describe('At most 20 of them'),
  added: z.int().describe('Lines'),
  removed: z.int().describe('Lines'),
  triage: Triage.nullable().describe('null: not yet read'),
  detectors: z.array(z.string()).describe('What was recognised in it, by detector'),
  failure: FailureCategory.nullable(),
  status: ReviewStatus,
  labels: z.array(z.string()),
  assignee: z.string().nullable(),
  lock: z.object({ by: z.string(), until: At }).nullable().describe('Somebody is looking at it'),
  reviewedBy: z.string().nullable(),
  reviewedAt: At.nullable(),
  correctedAt: At,
  receivedAt: At,
});
export type FeedbackItem = z.infer<typeof FeedbackItem>;

/** Of either side of a hunk, at most so many characters; the patch that it is from is whole. */
export const mostOfHunk = 65_536;

/** One stretch of a file: what the agent left and what a person made of it. */
export const FeedbackHunk = z.object({
  id: z.uuid(),
  file: z.string(),
  language: z.string().nullable(),
  verdict: CapturedHunk.shape.verdict,
  startLine: z.int().nullable(),
  endLine: z.int().nullable(),
  before: z.string(),
  after: z.string(),
  triage: Triage.nullable(),
  detectors: z.array(z.string()),
  patterns: z.array(z.string()).describe('Ids of the patterns it is counted in'),
});
export type FeedbackHunk = z.infer<typeof FeedbackHunk>;

export const FeedbackRecord = FeedbackItem.extend({
  originalPatch: Patch,
  correctedPatch: Patch,
  flags: Served.nullable(),
  note: z.string().nullable(),
  problem: z.string().nullable().describe('Why nothing of it can be learned'),
  warnings: z.array(z.string()).describe('What in its text looks like instructions for an agent, or is hidden'),
  hunks: z.array(FeedbackHunk),
  usedIn: z.array(z.object({ guidanceVersion: z.string(), ruleId: z.string() })).describe('Rules that rest on it'),
});
export type FeedbackRecord = z.infer<typeof FeedbackRecord>;

const tag = 'feedback';
const byId = z.strictObject({ id: z.uuid() });

export const feedbackReview = {
  listFeedback: operation({
    method: 'GET',
    path: '/api/feedback',
    summary: 'Corrections, the newest first; the queue of reviewers',
    tag,
    role: 'viewer',
    input: z.strictObject({
      ...pageInput,
      status: ReviewStatus.optional().describe(
        'Nobody has to decide on what was kept: `pending` has it with `kind` alone',
      ),
      taskType: Name.optional(),
      repoId: Id.optional(),
      model: Name.optional(),
      language: Name.optional(),
      triage: Triage.optional(),
      kind: CaptureKind.optional(),
      label: Label.optional(),
      assignee: Id.optional().describe('A name, `me` for the key that asks, or `none`'),
      pattern: z.uuid().optional().describe('Those counted in this pattern'),
      query: z.string().min(1).max(200).optional().describe('In comment, file names and text'),
    }),
    output: pageOf(FeedbackItem),
  }),
  getFeedback: operation({
    method: 'GET',
    path: '/api/feedback/:id',
    summary: 'One correction, whole',
    tag,
    role: 'viewer',
    input: byId,
    output: FeedbackRecord,
    errors: ['not_found'],
  }),
  reviewFeedback: operation({
    method: 'PATCH',
    path: '/api/feedback/:id',
    summary: 'Decide, label, assign or lock a correction',
    tag,
    role: 'editor',
    input: byId.extend({
      version: z.int().min(1).optional().describe('409 when it changed since'),
      status: ReviewStatus.optional(),
      labels: z.array(Label).max(20).optional().describe('All of them'),
      assignee: Id.nullable().optional(),
      lock: z.boolean().optional().describe('true: for 15 minutes, mine; false: let go'),
      note: z.string().max(4_000).nullable().optional(),
      failure: FailureCategory.nullable().optional(),
      triage: Triage.optional().describe('A person knows better'),
    }),
    output: FeedbackItem,
    errors: ['not_found', 'conflict'],
  }),
  makeEvalTask: operation({
    method: 'POST',
    path: '/api/feedback/:id/eval-task',
    summary: 'Make an accepted correction a task of the data set "corrections"',
    tag,
    role: 'editor',
    status: 201,
    input: byId.extend({ dataset: DatasetName.default('corrections') }),
    output: z.object({ dataset: z.string(), problem: z.string(), tasks: z.int().describe('In the data set now') }),
    errors: ['not_found', 'conflict'],
  }),
  feedbackSummary: operation({
    method: 'GET',
    path: '/api/feedback/summary',
    summary: 'How much is captured, how much of it a person changed, and how far the hooks see',
    tag,
    role: 'viewer',
    input: z.strictObject({ timeRange: timeRange({ usual: '30d', longestDays: 365 }), taskType: Name.optional() }),
    output: z.object({
      corrections: z.int().describe('But for what was kept'),
      pending: z.int().describe('Of these, not decided'),
      byTriage: z.partialRecord(Triage, z.int()),
      sessions: z.object({ n: z.int(), covered: z.int() }).describe('covered: the hooks saw every write'),
      agentLines: z.int(),
      changedLines: z.int().describe('Of these, edited, deleted or rejected by a person'),
      rate: z.number().nullable().describe('Of agent lines, changed by a person; null: none known'),
      interval: z.tuple([z.number(), z.number()]).nullable().describe('95 %, with whole sessions as the unit'),
    }),
  }),
  exportFeedback: operation({
    method: 'GET',
    path: '/api/feedback/export',
    summary: 'Accepted corrections as JSON lines: whole, as messages for fine-tuning, or as pairs of preferences',
    tag,
    role: 'editor',
    input: z.strictObject({
      ...pageInput,
      format: z.enum(['jsonl', 'chat', 'preference']).default('jsonl'),
      taskType: Name.optional(),
      language: Name.optional(),
    }),
    output: pageOf(z.record(z.string(), z.unknown())),
    lines: true,
  }),
  deleteFeedbackOfUser: operation({
    method: 'DELETE',
    path: '/api/feedback/by-user/:userId',
    summary:
      'Delete all feedback of a user, and eval tasks made of it; what was learned from it is counted again without',
    tag,
    role: 'admin',
    input: z.strictObject({ userId: Id }),
    output: z.object({
      corrections: z.int(),
      survivals: z.int(),
      patternsRetired: z.int(),
      rulesAffected: z.array(z.object({ guidanceVersion: z.string(), ruleId: z.string() })),
    }),
  }),
};
