import { z } from 'zod';
import { operation } from '../operation.ts';
import { timeRange } from '../time-range.ts';
import { Interval90, ModelId, Share } from './common.ts';

const rangeOfReport = timeRange({ usual: '30d', longestDays: 366 });

/** A figure with what it is worth; value null: not enough data, and why says what is missing. */
const Figure = z.object({
  value: z.number().nullable(),
  interval: Interval90.nullable(),
  n: z.int(),
  effectiveSampleSize: z.number().nullable(),
  why: z.string(),
});
export type PortfolioFigure = z.infer<typeof Figure>;

export const TargetVerdict = z.enum(['met', 'not_met', 'not_enough_data']);
export type TargetVerdict = z.infer<typeof TargetVerdict>;

const CellView = z.object({
  level: z.enum(['global', 'type', 'complexity', 'repo']),
  taskType: z.string().nullable(),
  language: z.string().nullable(),
  complexity: z.string().nullable(),
  repoId: z.string().nullable(),
  model: ModelId,
  n: z.int(),
  solved: z.int(),
  rate: Share,
  interval: Interval90,
  next10: z.tuple([z.int(), z.int()]),
  pooledShare: Share,
  costMedianUsd: z.number().nullable(),
  costP90Usd: z.number().nullable(),
  costPerSolvedUsd: z.number().nullable(),
  timeMedianMs: z.number().nullable(),
  timeP90Ms: z.number().nullable(),
  tied: z.boolean(),
});
export type PortfolioCellView = z.infer<typeof CellView>;

const RescueView = z.object({
  failed: ModelId,
  rescuer: ModelId,
  n: z.int().describe('Tasks that the one failed and the other tried'),
  solved: z.int(),
  rate: Share.describe("Shrunk towards half the rescuer's own rate"),
});

export const PortfolioReport = z.object({
  timeRange: z.string(),
  from: z.iso.datetime(),
  to: z.iso.datetime(),
  incumbent: ModelId.nullable().describe('What savings and success are measured against'),
  recommendations: z.object({
    made: z.int(),
    offline: z.int(),
    explored: z.int(),
    looked: z.int().describe('The newest so many were joined with outcomes: the next three add up to it'),
    applied: z.int().describe('Followed by an outcome of the model that was recommended'),
    overridden: z.int().describe('Followed by an outcome of another model'),
    withoutOutcome: z.int(),
  }),
  success: z.object({
    recommended: Figure,
    incumbent: Figure,
    liftShare: Figure.describe('Success of the recommended over that of the incumbent, less 1'),
  }),
  cost: z.object({
    recommendedUsd: Figure.describe('Mean per task, of the recommendations that were applied'),
    incumbentUsd: Figure.describe('Mean per task, had the incumbent done the same tasks'),
    savingShare: Figure,
    savedUsd: z.number().nullable(),
  }),
  estimators: z.array(
    z.object({
      name: z
        .enum(['snips', 'doubly_robust', 'direct'])
        .describe('direct: what the estimates of the time expect of the incumbent, nothing of it measured'),
      of: z.enum(['success', 'cost']),
      value: z.number().nullable(),
      interval: Interval90.nullable(),
      effectiveSampleSize: z.number(),
      refused: z.string().nullable(),
    }),
  ),
  calibration: z.object({
    n: z.int(),
    ece: z.number().nullable().describe('Expected calibration error, 10 bins'),
    brier: z.number().nullable(),
    bins: z.array(z.object({ from: z.number(), to: z.number(), n: z.int(), expected: Share, solved: Share })),
  }),
  accuracy: Figure.describe('Share of the best possible success that applied recommendations had'),
  targets: z.array(
    z.object({
      target: z.enum(['accuracy', 'savings', 'success']),
      promised: z.number(),
      value: z.number().nullable(),
      interval: Interval90.nullable(),
      verdict: TargetVerdict,
      why: z.string(),
    }),
  ),
  method: z.object({
    used: z.enum(['static', 'cells', 'knn', 'factorisation']),
    why: z.string(),
    measuredAt: z.iso.datetime().nullable(),
    tasks: z.int(),
    candidates: z.array(
      z.object({
        method: z.string(),
        logLoss: z.number().nullable(),
        gainPoints: z.number().nullable().describe('Success of its choices less that of the static table, in points'),
        interval: Interval90.nullable(),
      }),
    ),
  }),
  cells: z.array(CellView),
  rescues: z.array(RescueView),
  drift: z.array(
    z.object({
      model: ModelId,
      at: z.iso.datetime(),
      why: z.string(),
      before: Share.nullable(),
      after: Share.nullable(),
    }),
  ),
});
export type PortfolioReport = z.infer<typeof PortfolioReport>;

export const portfolioReport = {
  getPortfolioReport: operation({
    method: 'GET',
    path: '/api/portfolio/report',
    summary: 'Savings and success against the incumbent, calibration, targets, cells and rescues',
    tag: 'portfolio',
    role: 'viewer',
    input: z.strictObject({ timeRange: rangeOfReport }),
    output: PortfolioReport,
  }),
};
