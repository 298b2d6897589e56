import { z } from 'zod';
import { operation } from '../operation.ts';
import { ModelId, Name, Share, Usd } from './common.ts';

const models = (most: number) =>
  z
    .array(ModelId)
    .max(most)
    .refine((ids) => new Set(ids).size === ids.length, 'names a model twice');

const perMillion = z.number().min(0).max(1_000_000);

/** What a project pays for a model, where that is not the list price, and how much the model can hold. */
const ModelPrice = z.strictObject({
  inputUsdPerMillion: perMillion,
  outputUsdPerMillion: perMillion,
  cacheUsdPerMillion: perMillion.optional().describe('Default: the price of input'),
});

const Pin = z.strictObject({
  model: ModelId,
  taskType: Name.optional().describe('Only for tasks of this kind'),
  language: Name.optional(),
  repoId: z.string().min(1).max(1_024).optional(),
});

const ErrorRates = z.strictObject({
  falseAccept: Share.describe('P(accepted | wrong); above .2 a plan is one model'),
  falseReject: Share.describe('P(rejected | right)'),
});

const Trial = z.strictObject({
  challenger: ModelId,
  incumbent: ModelId,
  share: z.number().gt(0).max(0.5).describe('Of the tasks; the challenger gets that, and the incumbent the same'),
  maxTasks: z
    .int()
    .min(20)
    .max(100_000)
    .default(1_000)
    .describe('Per arm; undecided after that many is an answer, too'),
});

/** How a project chooses its models. */
export const PortfolioSettings = z.strictObject({
  allow: models(500).nullable().default(null).describe('null: every model that has outcomes or a price here'),
  deny: models(500).default([]),
  pins: z.array(Pin).max(100).default([]).describe('The first that fits the task wins, and the answer says so'),
  incumbent: ModelId.nullable().default(null).describe('What would be used without recommendations'),
  margin: z.number().min(0).max(0.2).default(0.03).describe('Models within so much of the best count as tied'),
  goal: z
    .enum(['save', 'solve'])
    .default('save')
    .describe('Equal success at least cost, or most success within a cost'),
  solveCostShare: z.number().min(0.05).max(3).default(0.5).describe('For solve: of the cost of the incumbent'),
  planLength: z.int().min(1).max(3).default(3),
  verifiers: z
    .strictObject({
      tests: ErrorRates.default({ falseAccept: 0.2, falseReject: 0.02 }),
      review: ErrorRates.default({ falseAccept: 0.1, falseReject: 0.1 }),
    })
    .prefault({}),
  exploration: z
    .strictObject({
      enabled: z.boolean().default(false),
      share: z.number().min(0).max(0.2).default(0.05).describe('Of the tasks'),
      budgetUsdPerDay: Usd.default(1).describe('What exploring may cost above the usual answer'),
    })
    .prefault({}),
  trial: Trial.nullable().default(null).describe('A new model against the one in use, until one is known to be better'),
  prices: z
    .record(ModelId, ModelPrice)
    .default({})
    .refine((prices) => Object.keys(prices).length <= 500, 'takes at most 500 models'),
  contextTokens: z
    .record(ModelId, z.int().min(1).max(1_000_000_000))
    .default({})
    .describe('What a model can hold, where the catalogue of prices does not know it'),
  pool: z
    .enum(['none', 'organisation', 'everyone'])
    .default('organisation')
    .describe('With whom counts are shared, both ways; everyone: only what at least 3 organisations share'),
});
export type PortfolioSettings = z.infer<typeof PortfolioSettings>;

const KnownModel = z.object({
  model: ModelId,
  n: z.int(),
  solved: z.int(),
  allowed: z.boolean(),
  price: z
    .object({
      inputUsdPerMillion: z.number(),
      outputUsdPerMillion: z.number(),
      cacheUsdPerMillion: z.number().nullable(),
      source: z.enum(['settings', 'catalogue']),
    })
    .nullable()
    .describe('null: not known, so the model is out wherever a cost is capped'),
  contextTokens: z.int().nullable(),
  epoch: z.int().describe('Counts up with each change of price, version or behaviour'),
  epochSince: z.iso.datetime().nullable(),
  epochWhy: z.string().nullable(),
});

export const TrialState = z.object({
  challenger: ModelId,
  incumbent: ModelId,
  startedAt: z.iso.datetime(),
  arms: z.object({
    challenger: z.object({ n: z.int(), solved: z.int() }),
    incumbent: z.object({ n: z.int(), solved: z.int() }),
  }),
  chanceBetter: Share.describe('P(the challenger is better by the margin)'),
  chanceWorse: Share.describe('P(the challenger is worse by the margin)'),
  verdict: z.enum(['running', 'challenger', 'incumbent', 'undecided']),
  decidedAt: z.iso.datetime().nullable(),
});
export type TrialState = z.infer<typeof TrialState>;

export const PortfolioModels = z.object({
  settings: PortfolioSettings,
  version: z.int().describe('Goes back with a change; 409 when another change came first'),
  models: z.array(KnownModel),
  trial: TrialState.nullable(),
});
export type PortfolioModels = z.infer<typeof PortfolioModels>;

export const portfolioModels = {
  getPortfolioModels: operation({
    method: 'GET',
    path: '/api/portfolio/models',
    summary: 'Allow-list, pins, prices, margin, exploration and verifiers, and what is known of each model',
    tag: 'portfolio',
    role: 'viewer',
    input: z.strictObject({}),
    output: PortfolioModels,
  }),
  putPortfolioModels: operation({
    method: 'PUT',
    path: '/api/portfolio/models',
    summary: 'Change how models are chosen; members left away get their defaults',
    tag: 'portfolio',
    role: 'editor',
    input: z.strictObject({
      settings: PortfolioSettings,
      version: z.int().min(0),
      newEpochFor: ModelId.optional().describe('This model changed: what is known of its old version weighs less'),
      why: z.string().min(1).max(256).optional(),
    }),
    output: PortfolioModels,
    errors: ['conflict'],
  }),
};
