import { z } from 'zod';
import { operation } from '../operation.ts';
import { Interval90, ModelId, Name, Share, Usd, Verify } from './common.ts';

/** What is known of a task before anybody worked on it. */
export const RecommendRequest = z.strictObject({
  taskType: Name.optional().describe('Kind of task, e.g. refactor'),
  language: Name.optional().describe('Programming language'),
  complexity: Name.optional().describe('e.g. low, medium, high'),
  repoId: z.string().min(1).max(1_024).optional(),
  repoSize: z.number().min(0).max(Number.MAX_SAFE_INTEGER).optional().describe('Lines of code'),
  contextTokens: z.int().min(0).max(1_000_000_000).optional().describe('What the model has to hold'),
  maxCost: Usd.optional().describe('US dollars an attempt may cost: a cap on what nine of ten attempts cost'),
  maxTimeMs: z.number().min(0).max(31_536_000_000).optional().describe('A cap on what nine of ten attempts take'),
  verify: Verify.optional().describe('How an attempt will be checked; with a check the answer may be a plan'),
  text: z.string().max(20_000).optional().describe('What is asked for'),
  taskId: z.string().min(1).max(1_024).optional(),
  userId: z.string().min(1).max(1_024).optional(),
  preview: z
    .boolean()
    .optional()
    .describe('Only to look at: never explores, and is not logged, so it counts in no report and no budget'),
});
export type RecommendRequest = z.infer<typeof RecommendRequest>;

const PlanStep = z.object({
  model: ModelId,
  when: z.string().describe('"first", or what has to have failed before'),
  expectedSuccess: Share.nullable().describe('Chance that the step solves the task, given that it is taken'),
  expectedCostUsd: z.number().nullable().describe('Of the step, given that it is taken; null: not known'),
});

const Alternative = z.object({
  model: ModelId,
  estimatedSuccessRate: Share,
  interval: Interval90,
  n: z.int(),
  estimatedCost: z.number().nullable(),
  estimatedTimeMs: z.number().nullable(),
  tied: z.boolean().describe('Within the margin of the best: not told apart from it'),
  whyNot: z.string().describe('Why it is not the one recommended'),
});

/** Where an estimate comes from: what the counts are and how much of it is not the project's own. */
const Evidence = z.object({
  level: z
    .enum(['none', 'evals', 'pool', 'global', 'type', 'complexity', 'repo'])
    .describe('The narrowest with counts'),
  solved: z.int(),
  n: z.int(),
  pooledShare: Share.describe('How much of the estimate comes from wider cells, pools and priors'),
  next10: z.tuple([z.int(), z.int()]).describe('How many of the next ten such tasks, with 90 %'),
});

export const Recommendation = z.object({
  model: ModelId.nullable().describe('null: no model is left; reason names the filter'),
  confidence: Share.describe('Chance that no other allowed model is better by more than the margin'),
  estimatedCost: z.number().nullable().describe('US dollars: of an attempt, or of the whole plan; null: not known'),
  estimatedTimeMs: z.number().nullable(),
  costPerSolvedUsd: z.number().nullable(),
  estimatedSuccessRate: Share.nullable().describe('Of the answer as a whole: of the plan where there is one'),
  reason: z.string(),
  recommendationId: z.uuid(),
  interval: Interval90.nullable().describe('90 % interval of the long-run rate of model'),
  n: z.int().describe('Attempts of model at tasks like this'),
  evidence: Evidence.nullable(),
  plan: z.array(PlanStep),
  planOdds: z
    .object({ success: Share, costUsd: z.number(), attempts: z.number(), falseAccept: Share, falseReject: Share })
    .nullable(),
  tieSet: z.array(ModelId).describe('Not told apart from the best, cheapest first'),
  margin: Share,
  runnerUp: ModelId.nullable(),
  alternatives: z.array(Alternative),
  incumbent: z
    .object({ model: ModelId, estimatedCost: z.number().nullable(), estimatedSuccessRate: Share.nullable() })
    .nullable()
    .describe('What would have been used without a recommendation'),
  savingShare: z.number().nullable().describe('1 - estimatedCost / incumbent cost'),
  filters: z
    .array(z.object({ filter: z.string(), removed: z.array(ModelId), why: z.string() }))
    .describe('What took which models out'),
  pinned: z.boolean(),
  explored: z.boolean().describe('Chosen to learn, within the budget for that'),
  propensity: Share.describe('The chance with which this model was chosen'),
  advice: z.string().nullable().describe('e.g. to split the task, when no model is likely to solve it'),
  priceWhatIf: z.string().nullable().describe('At which price the answer would be another one'),
  method: z.string().describe('Which method made the estimates, and why that one'),
  tableVersion: z.string(),
  dataAt: z.iso.datetime().nullable().describe('Of the newest outcome that counts'),
});
export type Recommendation = z.infer<typeof Recommendation>;

/** A recommendation that was made, as it is remembered; those made offline arrive later, by the outbox. */
export const RecommendationLog = z.strictObject({
  recommendationId: z.uuid(),
  at: z.iso.datetime({ offset: true }),
  tableVersion: z.string().min(1).max(128),
  policyVersion: z.string().min(1).max(64),
  taskType: Name.optional(),
  language: Name.optional(),
  complexity: Name.optional(),
  repoId: z.string().min(1).max(1_024).optional(),
  taskId: z.string().min(1).max(1_024).optional(),
  userId: z.string().min(1).max(1_024).optional(),
  model: ModelId,
  incumbent: ModelId.optional(),
  explored: z.boolean(),
  propensity: z.number().gt(0).max(1),
  expectedSuccess: Share.optional(),
  expectedCostUsd: Usd.optional(),
  incumbentSuccess: Share.optional(),
  incumbentCostUsd: Usd.optional(),
  incumbentPropensity: Share.optional().describe('The chance with which the incumbent would have been chosen'),
  plan: z.array(ModelId).max(3),
});
export type RecommendationLog = z.infer<typeof RecommendationLog>;

export const recommendModel = {
  recommendModel: operation({
    method: 'GET',
    path: '/api/portfolio/recommend',
    summary: 'The right model for a task, with a receipt, and a plan for when it fails',
    tag: 'portfolio',
    role: 'agent',
    input: RecommendRequest,
    output: Recommendation,
  }),
  getRoutingTable: operation({
    method: 'GET',
    path: '/api/portfolio/table',
    summary: 'Everything that a recommendation needs, packed, for use without the cloud',
    tag: 'portfolio',
    role: 'agent',
    input: z.strictObject({}),
    output: z.record(z.string(), z.json()),
    etag: true,
  }),
  logRecommendations: operation({
    method: 'POST',
    path: '/api/portfolio/recommendations',
    summary: 'Tell recommendations that were made without the cloud; each is kept once',
    tag: 'portfolio',
    role: 'agent',
    input: z.strictObject({ recommendations: z.array(RecommendationLog).min(1).max(500) }),
    output: z.object({ recorded: z.int() }),
    idempotent: true,
  }),
};
