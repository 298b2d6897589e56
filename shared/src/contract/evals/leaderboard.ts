import { z } from 'zod';
import { operation } from '../operation.ts';
import { pageInput, pageOf } from '../page.ts';
import { timeRange } from '../time-range.ts';
import { Counts, DatasetName, At, Interval, RunId, ShortText, SubjectKind } from './common.ts';

const TrendPoint = z.object({
  at: At.describe('Of the last run that it stands for'),
  runId: RunId.optional().describe('Absent where a point stands for several runs, or the run was deleted'),
  runs: z.int(),
  passRate: z.number(),
  interval: Interval.describe('95 %; of several runs as wide as that of one of them, since they ask the same problems'),
  n: z.int(),
  costPerSolvedUsd: z.number().nullable(),
  commit: z.string().optional(),
  buildId: z.string().optional(),
  regressionId: z.uuid().optional().describe('A regression was found in this run'),
});

const Subject = z.object({ id: z.uuid(), kind: z.union([SubjectKind, z.literal('agent')]), label: z.string() });

const Row = z.object({
  subject: Subject,
  tieGroup: z.int().describe('1 is the best group; members of a group cannot be told apart at 95 %'),
  rankRange: z.tuple([z.int(), z.int()]).describe('Best and worst rank that the data allow'),
  passRate: z.number(),
  interval: Interval.describe('95 %; problems asked more than once count as clusters'),
  n: z.int().describe('Graded samples'),
  problems: z.int().describe('Problems with a verdict'),
  runs: z.int(),
  counts: Counts,
  passAtK: z
    .record(z.string(), z.number())
    .describe('For k of 1 and of the samples that every problem has, 100 at most; mean over problems'),
  costPerSolvedUsd: z.number().nullable().describe('null when the price of one answer is not known, or none passed'),
  avgCostUsd: z.number().nullable(),
  medianTimeMs: z.number().nullable().describe('Within 2.5 %'),
  p90TimeMs: z.number().nullable().describe('Within 2.5 %'),
  warnings: z.array(z.string()).describe('What to know before believing the figures'),
  isOnFront: z.boolean().describe('No other subject is both better and cheaper'),
  lastRunId: RunId.nullable().describe('null when it was deleted since, and for agents'),
  lastRunAt: At,
  change: z
    .object({ points: z.number(), p: z.number().nullable(), isDistinguishable: z.boolean() })
    .nullable()
    .describe('Last run against the one before it, in percentage points, by a paired test'),
  openRegressionId: z.uuid().nullable(),
  trend: z.array(TrendPoint),
});
export type LeaderboardRow = z.infer<typeof Row>;

export const PublishedResult = z.object({
  id: z.uuid(),
  source: z.enum(['evalplus', 'swe-bench', 'aider']),
  sourceUrl: z.string().nullable(),
  licence: z.string().nullable(),
  dataset: z.string(),
  model: z.string(),
  metric: z.string().describe('As its publisher names it'),
  rate: z.number().describe('0 to 1'),
  n: z.int().nullable(),
  costUsd: z.number().nullable(),
  date: z.string().nullable(),
  recomputedRate: z.number().nullable().describe('From the verdicts or counts that the publisher gives'),
  importedAt: At,
});
export type PublishedResult = z.infer<typeof PublishedResult>;

export const Leaderboard = z.object({
  dataset: z.string(),
  datasetSha256: z.string().nullable(),
  problemCount: z.int().nullable(),
  timeRange: z.string(),
  generatedAt: At,
  items: z.array(Row).describe('Measured here, best first'),
  withoutVerdict: z
    .array(z.object({ subject: Subject, counts: Counts, runs: z.int(), lastRunAt: At }))
    .describe('Ran, and not one sample has a verdict'),
  leftOut: z.int().describe('Subjects beyond the 200 that ran last'),
  published: z
    .array(PublishedResult)
    .describe('Claimed elsewhere, best first; never mixed with what was measured here. None for one task type'),
  taskTypes: z.array(z.string()).describe('What can be filtered by'),
});
export type Leaderboard = z.infer<typeof Leaderboard>;

const ComparedProblem = z.object({
  problemId: z.string(),
  a: z.object({ passed: z.int(), graded: z.int() }),
  b: z.object({ passed: z.int(), graded: z.int() }),
});

const comparisonTests = [
  'exact McNemar',
  'paired t',
  'cluster-robust paired t',
  'exact McNemar and cluster-robust t',
  'sign test',
] as const;

const ComparedSide = z.object({
  runId: RunId,
  label: z.string(),
  passRate: z.number().describe('Mean over the problems of both of the share of samples that passed'),
  interval: Interval,
  n: z.int().describe('Graded samples of these problems'),
});

export const RunComparison = z.object({
  a: ComparedSide,
  b: ComparedSide,
  problems: z.int().describe('With verdicts on both sides'),
  missing: z.int().describe('Problems with verdicts on one side alone'),
  /** Problems by what came of them on both sides; a problem with several samples counts by its majority. */
  matrix: z.object({ bothPassed: z.int(), onlyA: z.int(), onlyB: z.int(), bothFailed: z.int() }),
  differencePoints: z.number().describe('b minus a, in percentage points'),
  interval: Interval.nullable().describe(
    'Of the difference, in percentage points; null when all problems changed alike',
  ),
  p: z.number().describe('Two-sided'),
  test: z.enum(comparisonTests),
  verdict: z.enum(['better', 'worse', 'no difference detected']).describe('Of b, at 5 %'),
  detectablePoints: z.number().describe('The smallest true drop that is found in 80 % of such comparisons'),
  sentence: z.string(),
  warnings: z.array(z.string()),
  discordant: z.array(ComparedProblem).describe('The largest changes first, what was lost before what was gained'),
});
export type RunComparison = z.infer<typeof RunComparison>;

const tag = 'evals';

export const leaderboard = {
  getLeaderboard: operation({
    method: 'GET',
    path: '/api/leaderboard',
    summary: 'Subjects by pass rate, with how sure that is',
    tag,
    role: 'viewer',
    input: z.object({
      dataset: DatasetName.describe(
        'A data set, or agent-work for what agents submitted: the newest 50,000 submissions of the time range',
      ),
      timeRange: timeRange({ usual: '30d', longestDays: 400 }),
      kind: z.union([SubjectKind, z.literal('agent')]).optional(),
      taskType: z.string().min(1).max(128).optional().describe('Only problems with this tag'),
    }),
    output: Leaderboard,
    etag: true,
    errors: ['not_found'],
  }),

  listEvalSources: operation({
    method: 'GET',
    path: '/api/leaderboard/datasets',
    summary: 'Data sets that have something to show',
    tag,
    role: 'viewer',
    input: z.object({}),
    output: z.object({
      items: z.array(z.object({ dataset: z.string(), runs: z.int(), published: z.int(), lastRunAt: At.nullable() })),
    }),
  }),

  compareEvalRuns: operation({
    method: 'GET',
    path: '/api/eval/compare',
    summary: 'Two runs of one data set, problem by problem',
    tag,
    role: 'viewer',
    input: z.object({ a: RunId, b: RunId }),
    output: RunComparison,
    errors: ['not_found', 'conflict'],
  }),

  importPublishedResults: operation({
    method: 'POST',
    path: '/api/eval/published',
    summary: 'Take results that a publisher claims; shown beside what is measured here, never mixed with it',
    tag,
    role: 'editor',
    status: 201,
    input: z.strictObject({
      source: z.enum(['evalplus', 'swe-bench', 'aider']),
      content: z
        .string()
        .min(2)
        .max(1_000_000)
        .describe("The publisher's file: JSON of EvalPlus or SWE-bench, YAML of Aider"),
      dataset: DatasetName.optional().describe('Where the file does not say'),
      sourceUrl: z
        .url({ protocol: /^https?$/ })
        .max(2_048)
        .optional(),
      licence: ShortText.optional(),
    }),
    output: z.object({ imported: z.int(), replaced: z.int(), skipped: z.array(z.string()) }),
  }),

  listPublishedResults: operation({
    method: 'GET',
    path: '/api/eval/published',
    summary: 'What was imported',
    tag,
    role: 'viewer',
    input: z.object({ dataset: DatasetName.optional(), ...pageInput }),
    output: pageOf(PublishedResult),
  }),

  deletePublishedResults: operation({
    method: 'DELETE',
    path: '/api/eval/published',
    summary: 'Forget what was imported from a source',
    tag,
    role: 'editor',
    input: z.object({ source: z.enum(['evalplus', 'swe-bench', 'aider']), dataset: DatasetName.optional() }),
    output: z.object({ deleted: z.int() }),
  }),
};
