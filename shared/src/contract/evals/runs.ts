import { z } from 'zod';
import { operation } from '../operation.ts';
import { pageInput, pageOf } from '../page.ts';
import {
  CarryingFlag,
  Counts,
  DatasetName,
  At,
  Interval,
  ProblemId,
  RunId,
  RunStatus,
  SampleStatus,
  ShortText,
  SubjectKind,
  Usd,
} from './common.ts';

const Label = ShortText.describe('Name on the leaderboard; default: the model, the command, or a hash of the samples');

const Sample = z
  .strictObject({
    task_id: ProblemId,
    completion: z.string().max(200_000).optional().describe('Continues the prompt'),
    solution: z.string().max(200_000).optional().describe('A whole program'),
  })
  .refine(({ completion, solution }) => (completion === undefined) !== (solution === undefined), {
    path: ['completion'],
    message: 'give one of completion and solution',
  });

/** Who is measured. What can change its answers belongs in here; `label` names the line that its runs make over time. */
export const EvalSubject = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('model'),
    model: ShortText,
    params: z
      .strictObject({
        temperature: z.number().min(0).max(2).optional(),
        topP: z.number().gt(0).max(1).optional(),
        maxTokens: z.int().min(1).max(1_000_000).optional(),
        seed: z.int().optional(),
        reasoningEffort: z.enum(['none', 'minimal', 'low', 'medium', 'high', 'xhigh']).optional(),
      })
      .optional(),
    promptVersion: ShortText.optional(),
    /** Text put before each prompt: what a prompt or guidance version stands for. */
    guidance: z.string().max(50_000).optional().describe('Text put before every prompt'),
    guidanceVersion: ShortText.optional(),
    label: Label.optional(),
  }),
  z
    .strictObject({
      kind: z.literal('samples'),
      samples: z.array(Sample).min(1).max(20_000).optional(),
      datasetFile: z
        .string()
        .min(1)
        .max(1_024)
        .optional()
        .describe('A samples file below WHETSTONE_DATASETS_DIR of the server'),
      allowDuplicates: z.boolean().optional().describe('Takes rows that say the same twice for separate samples'),
      promptVersion: ShortText.optional(),
      guidanceVersion: ShortText.optional(),
      label: Label.optional(),
    })
    .refine(({ samples, datasetFile }) => (samples === undefined) !== (datasetFile === undefined), {
      path: ['samples'],
      message: 'give one of samples and datasetFile',
    }),
  z.strictObject({ kind: z.literal('reference'), label: Label.optional() }),
  z.strictObject({
    kind: z.literal('command'),
    command: z.string().min(1).max(4_096).describe('Run by sh -c in the sandbox, the instruction on its stdin'),
    repo: z
      .string()
      .min(1)
      .max(1_024)
      .optional()
      .describe('A git repository below WHETSTONE_REPOS_DIRS; its files at `commit` are in $WHETSTONE_REPO, read-only'),
    timeoutMs: z.int().min(100).max(3_600_000).optional(),
    promptVersion: ShortText.optional(),
    guidanceVersion: ShortText.optional(),
    label: Label.optional(),
  }),
]);
export type EvalSubject = z.infer<typeof EvalSubject>;

export const EvalRunRequest = z.strictObject({
  dataset: DatasetName,
  subject: EvalSubject,
  problems: z
    .union([z.array(ProblemId).min(1).max(10_000), z.int().min(1).max(10_000)])
    .optional()
    .describe('Ids, or how many to draw by the seed; all by default'),
  samplesPerProblem: z.int().min(1).max(100).optional().describe('Default 1; of recorded samples all there are'),
  workers: z.int().min(1).max(50).optional().describe('Samples at a time; default 10'),
  sandbox: z.enum(['process', 'pyodide', 'quickjs', 'e2b']).optional().describe('Default: what the server has'),
  timeoutMs: z.int().min(100).max(600_000).optional().describe("Of a sample's grading; default the data set's"),
  seed: z.int().min(0).max(4_294_967_295).optional().describe('Of the order and of drawn problems; default 0'),
  commit: z
    .string()
    .regex(/^[0-9a-f]{7,64}$/, 'expected a commit id, 7 to 64 of 0-9 a-f')
    .optional(),
  flag: CarryingFlag.optional().describe(
    'The flag and variant that carry what is measured; rolled back if it regresses',
  ),
  budgetUsd: Usd.optional().describe('Nothing more is asked once answers could pass it'),
  tags: z.array(z.string().min(1).max(64)).max(20).optional(),
});
export type EvalRunRequest = z.infer<typeof EvalRunRequest>;

export const runPurposes = ['run', 'scheduled', 'rerun', 'bisect', 'gate', 'seed'] as const;

export const EvalRun = z.object({
  runId: RunId,
  status: RunStatus,
  dataset: z.string(),
  datasetSha256: z.string(),
  subject: z.object({ id: z.uuid(), kind: SubjectKind, label: z.string() }),
  build: z.object({
    id: z.string().describe('Equal for runs of the same subject, commit and versions'),
    commit: z.string().optional(),
    promptVersion: z.string().optional(),
    guidanceVersion: z.string().optional(),
  }),
  purpose: z.enum(runPurposes).describe('What it was started for; reruns and steps of a bisect are on no leaderboard'),
  /** The regression or bisect that it belongs to. */
  parentId: z.uuid().optional(),
  scheduleId: z.uuid().optional(),
  flag: CarryingFlag.optional(),
  tags: z.array(z.string()),
  problemCount: z.int(),
  samplesPerProblem: z.int(),
  sampleCount: z.int(),
  doneCount: z.int(),
  isWhole: z.boolean().describe('Every problem of the data set is part of it'),
  counts: Counts,
  passRate: z.number().nullable().describe('Passed of graded, 0 to 1; null before the first verdict'),
  interval: Interval.nullable(),
  /** If all that is missing had failed, and if it had passed. */
  bracket: Interval,
  passAtK: z.record(z.string(), z.number()),
  passHatK: z.number().nullable(),
  costUsd: z.number().nullable().describe('Of all answers; null when the price of one is not known'),
  paidUsd: z.number(),
  budgetUsd: z.number().nullable(),
  avgCostUsd: z.number().nullable(),
  costPerSolvedUsd: z.number().nullable(),
  avgTimeMs: z.number().nullable(),
  medianTimeMs: z.number().nullable(),
  p95TimeMs: z.number().nullable(),
  executor: z.string().nullable().describe('What found the verdicts: process, pyodide, quickjs, e2b, published'),
  manifestHash: z.string().nullable().describe('Equal for repeats of one another'),
  reportHash: z.string().nullable().describe('Equal for runs that came to the same verdicts'),
  failure: z.string().nullable().describe('Why it failed, or stopped before its end'),
  startedBy: z.string(),
  createdAt: At,
  startedAt: At.nullable(),
  finishedAt: At.nullable(),
  lastSeq: z.int().describe('Of its last live event'),
});
export type EvalRun = z.infer<typeof EvalRun>;

export const EvalResult = z.object({
  problemId: z.string(),
  sampleIndex: z.int(),
  status: SampleStatus,
  detail: z.string().nullable(),
  timeMs: z.number(),
  costUsd: z.number().nullable(),
  inputTokens: z.int().nullable(),
  outputTokens: z.int().nullable(),
  weaker: z.boolean().describe('Graded beside its tests, which a candidate could have deceived'),
});
export type EvalResult = z.infer<typeof EvalResult>;

/** One problem of a run, whole: what was asked, what was answered, how it was judged. */
export const EvalSample = EvalResult.extend({
  prompt: z.string().nullable().describe('null when the data set is not there any more'),
  language: z.string().nullable(),
  tests: z.string().nullable(),
  code: z.string().nullable().describe('What was graded; null when there was no answer'),
  transcript: z.object({ request: z.string(), response: z.string() }).nullable(),
  sampleCount: z.int().describe('Samples of this problem'),
});
export type EvalSample = z.infer<typeof EvalSample>;

const StartedRun = z.object({
  runId: RunId,
  status: RunStatus,
  problemCount: z.int(),
  estimatedCostUsd: z.number().nullable().describe('null when no price is known'),
});

const tag = 'evals';
const byRunId = z.strictObject({ runId: RunId });

export const evalRuns = {
  startEvalRun: operation({
    method: 'POST',
    path: '/api/eval/run',
    summary: 'Start a run; a handle, not a wait',
    tag,
    role: 'agent',
    status: 202,
    input: EvalRunRequest,
    output: StartedRun,
    idempotent: true,
    errors: ['not_found', 'conflict', 'rate_limited'],
  }),

  getEvalResults: operation({
    method: 'GET',
    path: '/api/eval/results/:runId',
    summary: 'A run and its results in the order of the data set, those with the given status alone if one is given',
    tag,
    role: 'viewer',
    input: z.object({ runId: RunId, status: SampleStatus.optional(), ...pageInput }),
    output: pageOf(EvalResult).extend({ run: EvalRun }),
    errors: ['not_found'],
  }),

  getEvalSample: operation({
    method: 'GET',
    path: '/api/eval/results/:runId/sample',
    summary: 'One sample: prompt, code, output, verdict',
    tag,
    role: 'viewer',
    input: z.object({ runId: RunId, problemId: ProblemId, sampleIndex: z.int().min(0).max(2_147_483_647).default(0) }),
    output: EvalSample,
    errors: ['not_found'],
  }),

  listEvalRuns: operation({
    method: 'GET',
    path: '/api/eval/runs',
    summary: 'Runs, newest first',
    tag,
    role: 'viewer',
    input: z.object({
      dataset: DatasetName.optional(),
      subjectId: z.uuid().optional(),
      scheduleId: z.uuid().optional(),
      parentId: z.uuid().optional(),
      status: RunStatus.optional(),
      ...pageInput,
    }),
    output: pageOf(EvalRun),
  }),

  cancelEvalRun: operation({
    method: 'POST',
    path: '/api/eval/runs/:runId/cancel',
    summary: 'Stop asking and grading; what is there stays, and the run can be resumed',
    tag,
    role: 'agent',
    input: byRunId,
    output: EvalRun,
    errors: ['not_found', 'conflict'],
  }),

  resumeEvalRun: operation({
    method: 'POST',
    path: '/api/eval/runs/:runId/resume',
    summary: 'Go on with what has no verdict yet: of a cancelled or failed run, or the errors of a completed one',
    tag,
    role: 'agent',
    status: 202,
    input: byRunId.extend({ budgetUsd: Usd.optional().describe('In place of the budget it had') }),
    output: EvalRun,
    errors: ['not_found', 'conflict', 'rate_limited'],
  }),

  createLiveTicket: operation({
    method: 'POST',
    path: '/api/eval/live/:runId/ticket',
    summary: 'A ticket that opens the live events of this run once, within a minute',
    tag,
    role: 'viewer',
    status: 201,
    input: byRunId,
    output: z.object({ ticket: z.string(), expiresAt: At }),
    errors: ['not_found', 'rate_limited'],
  }),
};

/** What a live connection is sent: `seq` grows by at least 1 from event to event. */
export const LiveEvent = z.discriminatedUnion('type', [
  z.object({ seq: z.int(), type: z.literal('result'), result: EvalResult }),
  z.object({
    seq: z.int(),
    type: z.literal('progress'),
    done: z.int(),
    total: z.int(),
    counts: Counts,
    passRate: z.number().nullable(),
    interval: Interval.nullable(),
    paidUsd: z.number(),
  }),
  z.object({ seq: z.int(), type: z.literal('done'), run: EvalRun }),
]);
export type LiveEvent = z.infer<typeof LiveEvent>;
