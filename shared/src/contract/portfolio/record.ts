import { z } from 'zod';
import { FlagKey } from '../flag-document.ts';
import { operation } from '../operation.ts';

const Name = z.string().min(1).max(128);
const Id = z.string().min(1).max(1_024);
const Count = z.int().min(0).max(Number.MAX_SAFE_INTEGER);
const Tokens = z.int().min(0).max(10_000_000_000);
const Instant = z.iso.datetime({ offset: true, error: 'expected an ISO-8601 instant such as 2026-03-01T09:00:00Z' });

/** What every outcome has a value for, under the names that experiments ask for. */
const builtInMetrics = ['success', 'costUsd', 'timeMs', 'corrected'] as const;
type BuiltInMetric = (typeof builtInMetrics)[number];

export const isBuiltInMetric = (name: string): name is BuiltInMetric => builtInMetrics.includes(name as BuiltInMetric);

export const MetricName = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9._-]{0,63}$/, 'a metric name is 1 to 64 of A-Z a-z 0-9 . _ - and starts with a letter');

const Metrics = z
  .record(
    MetricName.refine((name) => !isBuiltInMetric(name), 'this name is taken: the product fills this metric itself'),
    z.number().min(-1e15).max(1e15),
  )
  .refine((metrics) => Object.keys(metrics).length <= 50, 'takes at most 50 metrics');

const Served = z.record(FlagKey, Name).refine((flags) => Object.keys(flags).length <= 200, 'takes at most 200 flags');

/** `provider_error`, `aborted` and `unknown` are neither solved nor failed: they say nothing about the model. */
const outcomes = ['solved', 'failed', 'provider_error', 'aborted', 'unknown'] as const;

/** What became of one attempt at a task. */
export const OutcomeRecord = z
  .strictObject({
    taskId: Id.optional().describe('Joins the exposures of the task'),
    attempt: z
      .int()
      .min(1)
      .max(10_000)
      .optional()
      .describe('1 for the first. With taskId it names the record: sent again it is stored once'),
    taskType: Name.describe('Kind of task, e.g. refactor'),
    model: z.string().min(1).max(256).describe('Model id'),
    outcome: z.enum(outcomes).optional(),
    success: z.boolean().optional().describe('Short for outcome solved or failed; name one of the two'),
    costUsd: z.number().min(0).max(1_000_000).optional().describe('What the attempt cost, in US dollars'),
    inputTokens: Tokens.optional().describe('All of them, those read from a cache included'),
    outputTokens: Tokens.optional().describe('With inputTokens it is known what they cost where costUsd is not said'),
    cacheTokens: Tokens.optional().describe('Of inputTokens, what was read from a cache'),
    timeMs: z.number().min(0).max(31_536_000_000).describe('How long the attempt took, in milliseconds'),
    language: Name.optional().describe('Programming language'),
    complexity: Name.optional().describe('e.g. low, medium, high'),
    repoId: Id.optional(),
    repoSize: Count.optional(),
    taskText: z.string().max(20_000).optional().describe('What was asked for'),
    userId: Id.optional(),
    recommendationId: Name.optional().describe('Of the recommendation that was followed'),
    verified: z.boolean().optional().describe('Tests or a person confirmed the outcome'),
    flags: Served.optional().describe('Flag key -> variant that was served'),
    guidanceVersion: Name.optional(),
    metrics: Metrics.optional().describe('Further figures of the attempt by name; experiments take any of them'),
    at: Instant.optional().describe('When it ended; default the arrival. Refused when it lies in the future'),
    corrects: z
      .literal(true)
      .optional()
      .describe('Replaces what was recorded under this task and attempt: the outcome turned out to be another one'),
  })
  .superRefine((record, context) => {
    const { outcome, success, corrects, taskId, attempt, inputTokens = Infinity, cacheTokens = 0 } = record;
    if (cacheTokens > inputTokens)
      context.addIssue({
        code: 'custom',
        path: ['cacheTokens'],
        message: 'is more than inputTokens, which are all of them, those read from a cache included',
      });
    if (outcome === undefined && success === undefined)
      context.addIssue({
        code: 'custom',
        path: ['outcome'],
        message: `is missing: one of ${outcomes.join(' ')}, or success`,
      });
    if (corrects && (taskId === undefined || attempt === undefined))
      context.addIssue({
        code: 'custom',
        path: ['corrects'],
        message: 'needs the taskId and attempt that it replaces',
      });
    if (outcome !== undefined && success !== undefined)
      context.addIssue({ code: 'custom', path: ['success'], message: 'says what outcome says: send one of the two' });
  });
export type OutcomeRecord = z.output<typeof OutcomeRecord>;

const Recorded = z.object({
  id: z.uuid(),
  recorded: z.boolean().describe('false: this attempt was recorded before, with the same content'),
});

/** What stands among the outcomes of a batch and is none. Sent on, it is what it was. */
export class NoOutcome {
  readonly sent: unknown;

  constructor(sent: unknown) {
    this.sent = sent;
  }

  toJSON() {
    return this.sent;
  }
}

/** Refused alone: the others of a batch are stored. For clients it is no choice. */
const AnythingElse = z
  .custom<never>(() => true)
  .transform((sent: unknown) => new NoOutcome(sent))
  .describe('Anything else is refused for itself');

/** What became of one outcome of a batch. */
const BatchResult = z.discriminatedUnion('status', [
  z.object({ status: z.literal('recorded'), id: z.uuid() }),
  z.object({ status: z.literal('known'), id: z.uuid() }).describe('Recorded before, with the same content'),
  z.object({ status: z.literal('refused'), message: z.string() }).describe('The others of the batch are not affected'),
]);
export type OutcomeBatchResult = z.infer<typeof BatchResult>;

export const recordOutcomes = {
  recordOutcome: operation({
    method: 'POST',
    path: '/api/portfolio/record',
    summary:
      'Record what became of one attempt at a task; applied once per Idempotency-Key and once per task and attempt',
    tag: 'portfolio',
    role: 'agent',
    input: OutcomeRecord,
    output: Recorded,
    idempotent: true,
    errors: ['conflict'],
  }),
  recordOutcomes: operation({
    method: 'POST',
    path: '/api/portfolio/outcomes',
    summary: 'Record up to 500 outcomes at once; each is recorded, known or refused on its own',
    tag: 'portfolio',
    role: 'agent',
    input: z.strictObject({
      outcomes: z
        .array(z.union([OutcomeRecord, AnythingElse]))
        .min(1)
        .max(500),
    }),
    output: z.object({ results: z.array(BatchResult).describe('In the order of the outcomes') }),
    idempotent: true,
  }),
};
