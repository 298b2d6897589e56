import { z } from 'zod';
import { operation } from '../operation.ts';
import { pageInput, pageOf } from '../page.ts';
import { timeRange } from '../time-range.ts';
import { Counts, DatasetName, At, Interval, RunId, ShortText, SubjectKind } from './common.ts';

const TrendPoint = z.object({
  at: At,
  runId: RunId.optional().describe('Absent where a point stands for several runs'),
  passRate: z.number(),
  interval: Interval,
  n: z.int(),
  costPerSolvedUsd: z.number().nullable(),
  commit: z.string().optional(),
  buildId: z.string().optional(),
  regressionId: z.uuid().optional().describe('A regression was found in this run'),
});

const Row = z.object({
  subject: z.object({ id: z.uuid(), kind: z.union([SubjectKind, z.literal('agent')]), label: z.string() }),
  tieGroup: z.int().describe('1 is the best group; members of a group cannot be told apart at 95 %'),
  rankRange: z.tuple([z.int(), z.int()]).describe('Best and worst rank that the data allow'),
  passRate: z.number(),
  interval: Interval.describe('95 %; problems asked more than once count as clusters'),
  n: z.int().describe('Graded samples'),
  problems: z.int().describe('Problems with a verdict'),
  runs: z.int(),
  counts: Counts,
  passAtK: z.record(z.string(), z.number()),
  costPerSolvedUsd: z.number().nullable(),
  avgCostUsd: z.number().nullable(),
  medianTimeMs: z.number().nullable(),
  p90TimeMs: z.number().nullable(),
  isOnFront: z.boolean().describe('No other subject is both better and cheaper'),
  lastRunId: RunId.nullable(),
  lastRunAt: At,
  /** Against the run before the last one. */
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
  /** Recomputed from per-problem verdicts where the publisher gives them. */
  recomputedRate: z.number().nullable(),
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
  published: z.array(PublishedResult).describe('Claimed elsewhere; never mixed with what was measured here'),
  taskTypes: z.array(z.string()).describe('What can be filtered by'),
});
export type Leaderboard = z.infer<typeof Leaderboard>;

const ComparedProblem = z.object({
  problemId: z.string(),
  a: z.object({ passed: z.int(), graded: z.int() }),
  b: z.object({ passed: z.int(), graded: z.int() }),
});

export const RunComparison = z.object({
  a: z.object({ runId: RunId, label: z.string(), passRate: z.number(), interval: Interval, n: z.int() }),
  b: z.object({ runId: RunId, label: z.string(), passRate: z.number(), interval: Interval, n: z.int() }),
  problems: z.int().describe('With verdicts on both sides'),
  missing: z.int().describe('Problems with verdicts on one side alone'),
  /** Problems by what came of them on both sides; a problem with several samples counts by its majority. */
  matrix: z.object({ bothPassed: z.int(), onlyA: z.int(), onlyB: z.int(), bothFailed: z.int() }),
  differencePoints: z.number().describe('b minus a, in percentage points'),
  interval: Interval.describe('Of the difference, in percentage points'),
  p: z.number().nullable().describe('Two-sided'),
  test: z.enum(['mcnemar-exact', 'paired-z', 'none']),
  verdict: z.enum(['better', 'worse', 'no difference detected']),
  detectablePoints: z.number().nullable().describe('The smallest true difference seen in 80 % of such comparisons'),
  sentence: z.string(),
  warnings: z.array(z.string()),
  discordant: z.array(ComparedProblem),
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
      dataset: DatasetName.describe('A data set, or agent-work for what agents submitted'),
      timeRange: timeRange({ usual: '30d', longestDays: 400 }),
      kind: z.union([SubjectKind, z.literal('agent')]).optional(),
      taskType: z.string().min(1).max(128).optional().describe('Only problems with this tag'),
    }),
    output: Leaderboard,
    etag: true,
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
