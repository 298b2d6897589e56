import { z } from 'zod';
import { operation } from '../operation.ts';
import { CaptureKind, Count, Id, Instant, Name, Served, Verdict } from './common.ts';

/** Unified diff text, `{files: [{path, before, after}]}`, or any JSON edit operations, kept as given. */
export const Patch = z
  .json()
  .describe('Unified diff text, {files: [{path, before, after}]}, or any JSON edit operations');
export type Patch = z.infer<typeof Patch>;

const Line = z.int().min(0).max(100_000_000);

/** Lines of an agent and what became of them, as it was found on the machine where they were written. */
export const CapturedHunk = z.strictObject({
  file: z.string().min(1).max(4_096).describe('Path below the repository'),
  verdict: Verdict,
  language: Name.optional(),
  startLine: Line.optional().describe('1-based, of the lines as they are now'),
  endLine: Line.optional().describe('Inclusive; one less than startLine where nothing is left'),
  before: z.string().max(262_144).optional().describe('As the agent left them'),
  after: z.string().max(262_144).optional().describe('As they are now'),
  session: Name.optional().describe('Of the agent'),
  agent: Name.optional(),
  lines: Count.optional().describe('Of the agent'),
  ageMs: z.number().min(0).optional().describe('From the writing to the change'),
});
export type CapturedHunk = z.output<typeof CapturedHunk>;

export const Correction = z.strictObject({
  taskId: Id.describe('Joins the exposures and outcomes of the task'),
  taskType: Name.optional().describe('Default: what an outcome said before that the task is'),
  originalPatch: Patch.describe(
    'What the agent wrote: unified diff text, {files: [{path, before, after}]}, or any JSON',
  ),
  correctedPatch: Patch.describe('What a person made of it, in the same form'),
  userComment: z.string().max(20_000).optional(),
  kind: CaptureKind.default('edit'),
  hunks: z.array(CapturedHunk).max(2_000).optional(),
  language: Name.optional(),
  repoId: Id.optional(),
  userId: Id.optional(),
  model: z.string().min(1).max(256).optional(),
  flags: Served.optional().describe('Flag key -> variant that was served'),
  guidanceVersion: Name.optional(),
  timestamp: Instant.optional().describe(
    'When it was corrected; default the arrival. Refused when it lies in the future',
  ),
});
export type Correction = z.output<typeof Correction>;

/** How many lines of an agent came out how, once that is settled. No text, no paths. */
export const Survival = z.strictObject({
  session: Name.describe('Of the agent'),
  agent: Name.optional(),
  taskId: Id.optional(),
  taskType: Name.optional(),
  language: Name.optional(),
  repoId: Id.optional(),
  userId: Id.optional(),
  model: z.string().min(1).max(256).optional(),
  flags: Served.optional(),
  guidanceVersion: Name.optional(),
  /** Lines. Their sum is `agentLines`. */
  lines: z.partialRecord(Verdict, Count),
  agentLines: Count,
  /** Whether the hooks saw every write of the session. */
  covered: z.boolean(),
  at: Instant.optional().describe('When it was settled; default the arrival'),
});
export type Survival = z.output<typeof Survival>;

export const feedbackCapture = {
  captureFeedback: operation({
    method: 'POST',
    path: '/api/feedback/capture',
    summary: 'Tell what a person made of what an agent wrote; applied once per Idempotency-Key',
    tag: 'feedback',
    role: 'agent',
    status: 201,
    input: Correction,
    output: z.object({
      id: z.uuid(),
      changes: z.int().describe('Files whose lines could be compared'),
      problem: z.string().optional().describe('Why nothing of it can be learned, where that is so'),
    }),
    idempotent: true,
    maxBytes: 4 * 2 ** 20,
    errors: ['conflict'],
  }),
  recordSurvival: operation({
    method: 'POST',
    path: '/api/feedback/survival',
    summary: 'Tell how many lines of an agent were kept, edited, deleted; numbers alone',
    tag: 'feedback',
    role: 'agent',
    input: z.strictObject({ items: z.array(Survival).min(1).max(500) }),
    output: z.object({ recorded: z.int() }),
    idempotent: true,
    errors: ['conflict'],
  }),
};
