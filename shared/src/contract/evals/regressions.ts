import { z } from 'zod';
import { operation } from '../operation.ts';
import { pageInput, pageOf } from '../page.ts';
import { CarryingFlag, DatasetName, At, Interval, RunId, ShortText } from './common.ts';

export const regressionStates = ['suspected', 'confirming', 'alert', 'cleared', 'unconfirmed', 'recovered'] as const;
export const severities = ['warning', 'critical'] as const;

const Arm = z.object({
  runIds: z.array(RunId).describe('The run that raised suspicion or stood before it, then its reruns'),
  buildId: z.string(),
  commit: z.string().optional(),
  passRate: z.number(),
  interval: Interval,
  n: z.int(),
  infrastructureErrorRate: z.number(),
});

const ChangedProblem = z.object({ problemId: z.string(), before: z.number(), after: z.number() });

export const Regression = z.object({
  id: z.uuid(),
  dataset: z.string(),
  subject: z.object({ id: z.uuid(), label: z.string() }),
  found: z.enum(['comparison', 'series']).describe('Against the run before, or in a nightly series by CUSUM'),
  state: z
    .enum(regressionStates)
    .describe(
      'suspected; confirming: reruns are on their way; alert: they agree; cleared: they do not; unconfirmed: no budget or no way to rerun; recovered: a later run is as good as before',
    ),
  severity: z.enum(severities).nullable(),
  reason: z.string().nullable().describe('Why it is unconfirmed'),
  suspicion: z.object({ dropPoints: z.number(), p: z.number(), test: z.string() }),
  runs: z.object({ before: RunId, after: RunId }).describe('That raised suspicion, reruns apart'),
  evidence: z
    .object({
      dropPoints: z.number(),
      interval: Interval.describe('Of the drop, in percentage points'),
      p: z.number().describe('One-sided, paired z over the problems'),
      power: z.number().describe('To find a true drop of 10 points with what was run'),
      problems: z.int(),
      before: Arm,
      after: Arm,
      lost: z.array(ChangedProblem).describe('Problems that pass less often than before, the worst first'),
      gained: z.array(ChangedProblem),
    })
    .nullable(),
  flag: CarryingFlag.nullable(),
  rollback: z
    .object({
      outcome: z
        .enum(['rolled_back', 'already_done', 'dry_run', 'refused', 'off', 'not_critical', 'no_flag', 'untrusted'])
        .describe(
          'already_done: another regression had the variant rolled back; untrusted: an agent key started one of the runs, see the settings',
        ),
      reason: z.string(),
      flagVersion: z.int().optional(),
      at: At,
    })
    .nullable(),
  acknowledged: z.object({ by: z.string(), at: At, note: z.string().optional() }).nullable(),
  mutedUntil: At.nullable(),
  assignee: z.string().nullable(),
  history: z
    .array(z.object({ at: At, by: z.string(), what: z.string() }))
    .describe('What happened to it and who did it, the oldest first'),
  createdAt: At,
  updatedAt: At,
});
export type Regression = z.infer<typeof Regression>;

export const EvalSettings = z.strictObject({
  suspicionPoints: z.number().min(0).max(100).describe('A drop of more raises suspicion'),
  suspicionP: z.number().gt(0).lt(1).describe('Or a one-sided exact McNemar test below this'),
  alertPoints: z.number().min(0).max(100).describe('After the reruns a drop of more, and'),
  alertP: z.number().gt(0).lt(1).describe('a one-sided paired z test below this, is an alert'),
  criticalPoints: z.number().min(0).max(100),
  criticalP: z.number().gt(0).lt(1),
  maxInfrastructureErrorRate: z.number().min(0).max(1).describe('Above this, nothing is rolled back'),
  rerunSamples: z.int().min(1).max(10).describe('How often each problem is run again on both arms'),
  rerunBudgetUsd: z.number().min(0).describe('What reruns of one regression may cost together'),
  rollback: z.enum(['on', 'dry_run', 'off']).describe('What happens to the flag that a critical regression names'),
  agentRuns: z
    .enum(['told', 'trusted'])
    .describe(
      'Runs that agent keys start. told: what they find is told of, and no flag is changed for it, neither by a rollback nor by a gate; trusted: as those of editors, schedules and admins',
    ),
  runsPerHour: z.int().min(0).max(10_000).describe('Runs that agents may start in an hour'),
  dailyBudgetUsd: z.number().min(0).nullable().describe('What runs may cost in a day (UTC); null: no limit'),
  keepDays: z.int().min(1).max(3_650).describe('How long answers and single results are kept; summaries stay'),
});
export type EvalSettings = z.infer<typeof EvalSettings>;

const tag = 'evals';
const byId = z.strictObject({ id: z.uuid() });
const errors = ['not_found', 'conflict'] as const;

export const regressions = {
  listRegressions: operation({
    method: 'GET',
    path: '/api/eval/regressions',
    summary: 'Regressions, newest first',
    tag,
    role: 'viewer',
    input: z.object({
      dataset: DatasetName.optional(),
      subjectId: z.uuid().optional(),
      state: z.enum(regressionStates).optional(),
      open: z
        .boolean()
        .optional()
        .describe('true: only those that are suspected, being confirmed, or alerts that nobody has acknowledged'),
      ...pageInput,
    }),
    output: pageOf(Regression),
  }),

  getRegression: operation({
    method: 'GET',
    path: '/api/eval/regressions/:id',
    summary: 'One regression with its evidence',
    tag,
    role: 'viewer',
    input: byId,
    output: Regression,
    errors: ['not_found'],
  }),

  acknowledgeRegression: operation({
    method: 'POST',
    path: '/api/eval/regressions/:id/acknowledge',
    summary: 'Say that somebody knows: later runs are compared with the new level',
    tag,
    role: 'editor',
    input: byId.extend({ note: z.string().min(1).max(2_000).optional() }),
    output: Regression,
    errors,
  }),

  muteRegression: operation({
    method: 'POST',
    path: '/api/eval/regressions/:id/mute',
    summary: 'No further word of it until a time, but of a rollback; null ends that',
    tag,
    role: 'editor',
    input: byId.extend({ until: z.iso.datetime({ offset: true }).nullable() }),
    output: Regression,
    errors,
  }),

  assignRegression: operation({
    method: 'POST',
    path: '/api/eval/regressions/:id/assign',
    summary: 'Name who looks after it; null names nobody',
    tag,
    role: 'editor',
    input: byId.extend({ assignee: ShortText.nullable() }),
    output: Regression,
    errors,
  }),

  getEvalSettings: operation({
    method: 'GET',
    path: '/api/eval/settings',
    summary: 'Thresholds, budgets and what happens automatically',
    tag,
    role: 'viewer',
    input: z.object({}),
    output: EvalSettings,
  }),

  putEvalSettings: operation({
    method: 'PUT',
    path: '/api/eval/settings',
    summary: 'Change them; what is absent stays',
    tag,
    role: 'admin',
    input: EvalSettings.partial(),
    output: EvalSettings,
  }),
};
