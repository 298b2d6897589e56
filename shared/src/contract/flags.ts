import { z } from 'zod';
import { DryRun, dryRunQuery } from './dry-run.ts';
import { Flag, FlagChange, FlagDraft, FlagKey, Instant, Reason, ShortFlag } from './flag-document.ts';
import { WrittenFlag } from './flag-history.ts';
import { operation, type Operation } from './operation.ts';
import { pageInput, pageOf } from './page.ts';
import { Segment } from './segment.ts';
import { usageFields } from './stale.ts';

export * from './flag-document.ts';

// Conditions may search in what is sent here, so that its length is part of what one evaluation can cost.
const maxText = 1_024;
const attribute = (text: string) => z.string().max(maxText).optional().describe(text);

const isLong = (value: unknown): boolean =>
  typeof value === 'string' ? value.length > maxText : Array.isArray(value) && value.some(isLong);

const Attributes = z.record(z.string().max(128), z.unknown()).superRefine((attributes, context) => {
  for (const [name, value] of Object.entries(attributes)) {
    if (isLong(value))
      context.addIssue({ code: 'custom', path: [name], message: `takes at most ${maxText} characters` });
  }
});

/** The attributes every part of the product knows by name; anything else goes in `attributes`. */
const contextFields = {
  userId: attribute('Person the work is for; default unit of splits'),
  repoId: attribute('Repository, e.g. acme/api'),
  branch: attribute('Git branch'),
  agent: attribute('Agent, e.g. claude-code'),
  model: attribute('Model id'),
  taskType: attribute('Kind of task, e.g. refactor'),
  taskId: attribute('Task; joins outcomes'),
  orgId: attribute('Organisation'),
  targetingKey: attribute('OpenFeature unit; same as userId'),
};

const EvaluationContext = z.object({
  ...contextFields,
  attributes: Attributes.optional().describe('Any further attributes'),
});
export type EvaluationContext = z.infer<typeof EvaluationContext>;

export const reasons = ['TARGETING_MATCH', 'SPLIT', 'STATIC', 'DEFAULT', 'DISABLED', 'ERROR'] as const;
const evaluationErrors = [
  'TARGETING_KEY_MISSING',
  'FLAG_NOT_FOUND',
  'TYPE_MISMATCH',
  'PROVIDER_NOT_READY',
  'PARSE_ERROR',
] as const;

export const TraceStep = z.object({
  step: z.enum(['disabled', 'prerequisite', 'override', 'rule', 'fallthrough']),
  id: z.string().optional().describe('Rule id or prerequisite flag'),
  outcome: z.enum(['decided', 'passed', 'skipped']).describe('passed: a met prerequisite; skipped: did not decide'),
  why: z.string(),
});
export type TraceStep = z.infer<typeof TraceStep>;

export const Explanation = z.object({
  bucket: z.int().min(0).max(99_999).optional().describe('Of the unit in the split that decided'),
  threshold: z
    .number()
    .optional()
    .describe('The unit is served the variant of its share below this bucket, what stands in `otherwise` from it on'),
  wouldChange: z
    .array(z.object({ what: z.string(), gives: z.string().describe('The variant served then') }))
    .describe('Single changes that lead to another variant, each tried out; not all there are'),
});
export type Explanation = z.infer<typeof Explanation>;

export const Evaluation = z.object({
  key: z.string(),
  enabled: z.boolean().describe('The value is truthy and not the off variant'),
  variant: z.string(),
  value: z.unknown(),
  reason: z.enum(reasons),
  errorCode: z.enum(evaluationErrors).optional(),
  ruleId: z.string().optional(),
  bucket: z.int().min(0).max(99_999).optional(),
  flagVersion: z.int(),
  metadata: z.object({
    rolloutPercentage: z.number().optional().describe('Coverage of the serve that decided'),
  }),
  trace: z.array(TraceStep).optional(),
  explanation: Explanation.optional(),
});
export type Evaluation = z.infer<typeof Evaluation>;

/** A flag as a list shows it: with what is known of its use. */
const ListedFlag = Flag.extend(usageFields).meta({ id: 'ListedFlag' });
export type ListedFlag = z.infer<typeof ListedFlag>;

const Ruleset = z.object({
  revision: z.int().min(0).describe('Grows with every change of a flag or segment in the project'),
  flags: z.array(Flag).describe('All but the archived ones, by key'),
  segments: z.array(Segment).describe('By key'),
});
export type Ruleset = z.infer<typeof Ruleset>;

const tag = 'flags';

export const flags = {
  createFlag: operation({
    method: 'POST',
    path: '/api/flags',
    summary: 'Create a flag, from a document or the short form',
    tag,
    role: 'editor',
    query: dryRunQuery,
    status: 201,
    input: z.union([FlagDraft, ShortFlag]),
    output: WrittenFlag,
    idempotent: true,
    errors: ['conflict'],
  }),

  listFlags: operation({
    method: 'GET',
    path: '/api/flags',
    summary: 'Flags by key, with when they were last evaluated and why they may be stale',
    tag,
    role: 'viewer',
    input: z.object({ ...pageInput, archived: z.boolean().default(false).describe('The archived ones instead') }),
    output: pageOf(ListedFlag),
  }),

  getRuleset: operation({
    method: 'GET',
    path: '/api/flags/ruleset',
    summary: 'All a client needs to evaluate by itself',
    tag,
    role: 'viewer',
    input: z.object({}),
    output: Ruleset,
    etag: true,
  }),

  getFlag: operation({
    method: 'GET',
    path: '/api/flags/:key',
    summary: 'One flag, archived or not',
    tag,
    role: 'viewer',
    input: z.object({ key: FlagKey }),
    output: Flag,
    errors: ['not_found'],
  }),

  updateFlag: operation({
    method: 'PUT',
    path: '/api/flags/:key',
    summary: 'Replace a flag; 409 with currentVersion when it changed meanwhile',
    tag,
    role: 'editor',
    query: dryRunQuery,
    input: FlagChange,
    output: WrittenFlag,
    errors: ['not_found', 'conflict'],
  }),

  archiveFlag: operation({
    method: 'DELETE',
    path: '/api/flags/:key',
    summary: 'Archive a flag: no longer evaluated, restorable',
    tag,
    role: 'editor',
    input: z.object({
      key: FlagKey,
      version: z.int().min(1).optional().describe('409 when the flag is at another one'),
      reason: Reason,
      dryRun: DryRun,
    }),
    output: WrittenFlag,
    errors: ['not_found', 'conflict'],
  }),

  restoreFlag: operation({
    method: 'POST',
    path: '/api/flags/:key/restore',
    summary: 'Bring an archived flag back as it was',
    tag,
    role: 'editor',
    query: dryRunQuery,
    input: z.strictObject({ key: FlagKey, reason: Reason }),
    output: WrittenFlag,
    errors: ['not_found', 'conflict'],
  }),

  evaluateFlag: operation({
    method: 'GET',
    path: '/api/flags/:key/evaluate',
    summary: 'What a flag serves to this context, and why',
    tag,
    role: 'viewer',
    rest: 'attributes',
    input: EvaluationContext.extend({
      key: FlagKey,
      explain: z.boolean().optional().describe('Adds the rule trace and what would change the answer'),
      at: Instant.optional().describe('Past: all rules as they were; future: the rules of today by that clock'),
      asOfVersion: z
        .int()
        .min(1)
        .max(2_147_483_647)
        .optional()
        .describe(
          'This version with the prerequisites and segments of when it was written, by the clock of then, or of `at`',
        ),
    }),
    output: Evaluation,
    errors: ['not_found'],
  }),
};

/** Beside the operations: these answer for as long as the caller stays, which the typed client has no call for. */
export const streams = {
  streamFlags: {
    method: 'GET',
    path: '/api/flags/stream',
    summary: 'The ruleset and every change of it as server-sent events, resumable without gaps',
    tag,
    role: 'viewer',
    input: z.object({}),
    output: z
      .string()
      .describe(
        'Events `ruleset` (the answer of GET /api/flags/ruleset), `flag` {revision, flag}, `archived` {revision, key}, ' +
          '`segment` {revision, segment}, `segmentRemoved` {revision, key} and `current` {revision}; ids as the ETag of ' +
          'the ruleset',
      ),
    streams: true,
    errors: ['rate_limited'],
  },
} satisfies Record<string, Operation>;
