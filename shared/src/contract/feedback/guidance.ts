import { z } from 'zod';
import { operation } from '../operation.ts';
import { pageInput, pageOf } from '../page.ts';
import { At, Id, Interval, Name } from './common.ts';

const RuleText = z.string().trim().min(3).max(400).describe('One short rule for an agent');

/** A line of guidance and where it comes from. */
export const GuidanceRule = z.object({
  id: z.string().describe('Stays the same from version to version'),
  text: z.string(),
  taskTypes: z.array(z.string()).describe('Empty: all'),
  languages: z.array(z.string()).describe('Empty: all'),
  tokens: z.int(),
  patternId: z.uuid().nullable(),
  feedbackIds: z.array(z.uuid()).describe('The corrections it rests on, at most 20'),
  expiresAt: At.describe('Left out of answers from then on'),
});
export type GuidanceRule = z.infer<typeof GuidanceRule>;

/** The JSON value of the flag variant by which guidance reaches agents. */
const GuidanceDocument = z.object({
  version: z.string(),
  rules: z.array(GuidanceRule.pick({ id: true, text: true, taskTypes: true, languages: true, expiresAt: true })),
});
export type GuidanceDocument = z.infer<typeof GuidanceDocument>;

export const GuidanceStatus = z.enum([
  'draft',
  'testing',
  'accepted',
  'released',
  'refused',
  'inconclusive',
  'rolled_back',
  'retired',
]);
export type GuidanceStatus = z.infer<typeof GuidanceStatus>;

/** What the gate found, enough to decide again from. */
export const GateResult = z.object({
  id: z.uuid(),
  decision: z.enum(['pending', 'accepted', 'refused', 'inconclusive', 'failed']),
  path: z.enum(['gain', 'cheaper']).nullable().describe('By which of the two it was accepted'),
  reason: z.string(),
  baseline: z.string().nullable().describe('The version it was compared with, which most were served then; null: none'),
  plan: z.object({
    dataset: z.string(),
    model: z.string(),
    effectPoints: z.number().describe('The gain it is able to find'),
    power: z.number(),
    discordance: z.number().describe('Share of tasks that come out differently, as it was assumed'),
    tasksNeeded: z.int(),
    tasks: z.int(),
    samplesPerProblem: z.int(),
    alpha: z.number().describe('Of each path, before Holm'),
    candidates: z.int().describe('That Holm corrects over'),
  }),
  runs: z.object({ without: z.uuid().nullable(), with: z.uuid().nullable() }),
  pairs: z.int().nullable(),
  wins: z.int().nullable(),
  losses: z.int().nullable(),
  differencePoints: z.number().nullable(),
  differenceInterval: Interval.nullable().describe('95 %, in points'),
  pGain: z.number().nullable(),
  pCheaper: z.number().nullable(),
  pAdjusted: z.number().nullable().describe('By Holm, of the path that decided'),
  costRatio: z.number().nullable().describe('With / without'),
  costRatioInterval: Interval.nullable(),
  startedAt: At,
  endedAt: At.nullable(),
});
export type GateResult = z.infer<typeof GateResult>;

export const Guidance = z.object({
  version: z.string().describe('g1, g2, …'),
  title: z.string().nullable(),
  parent: z.string().nullable(),
  contentHash: z.string(),
  tokens: z.int().describe('Of all rules together: what it costs in every prompt'),
  rules: z.array(GuidanceRule),
  status: GuidanceStatus,
  flag: z.object({ key: z.string(), variant: z.string() }).nullable().describe('What serves it'),
  gate: GateResult.nullable().describe('The last one'),
  createdBy: z.string(),
  createdAt: At,
});
export type Guidance = z.infer<typeof Guidance>;

const version = z.string().regex(/^g[1-9]\d{0,8}$/, 'a version of guidance is g1, g2, …');
const byVersion = z.strictObject({ version });

const NewRule = z.strictObject({
  id: Name.optional().describe('Of the parent’s rule that this one replaces or keeps'),
  text: RuleText.optional().describe('Default: what the pattern says'),
  taskTypes: z.array(Name).max(20).default([]),
  languages: z.array(Name).max(20).default([]),
  patternId: z.uuid().optional(),
  feedbackIds: z.array(z.uuid()).max(20).default([]),
  expiresInDays: z.int().min(1).max(365).default(90),
});

const tag = 'guidance';

export const guidance = {
  listGuidance: operation({
    method: 'GET',
    path: '/api/guidance',
    summary: 'Versions of guidance, the newest first, with what the gate found',
    tag,
    role: 'viewer',
    input: z.strictObject({ ...pageInput, status: GuidanceStatus.optional() }),
    output: pageOf(Guidance),
  }),
  createGuidance: operation({
    method: 'POST',
    path: '/api/guidance',
    summary: 'Write a version of guidance: short rules and what they rest on; nobody gets it before its release',
    tag,
    role: 'editor',
    status: 201,
    input: z.strictObject({
      title: z.string().min(1).max(200).optional(),
      parent: version.optional().describe('What it was made from'),
      rules: z.array(NewRule).min(1).max(50),
      tokenBudget: z.int().min(20).max(4_000).default(600).describe('Refused when the rules take more'),
    }),
    output: Guidance,
    errors: ['not_found', 'conflict'],
  }),
  draftGuidance: operation({
    method: 'POST',
    path: '/api/guidance/draft',
    summary: 'Propose rules for the strongest patterns; stores nothing',
    tag,
    role: 'editor',
    input: z.strictObject({
      taskType: Name.optional(),
      limit: z.int().min(1).max(20).default(5),
      by: z.enum(['detectors', 'model']).default('detectors').describe('model: worded by the LLM endpoint'),
      model: Name.optional().describe('For by: model'),
    }),
    output: z.object({
      rules: z.array(
        z.object({ text: z.string(), patternId: z.uuid(), feedbackIds: z.array(z.uuid()), tokens: z.int() }),
      ),
    }),
    errors: ['conflict'],
  }),
  activeGuidance: operation({
    method: 'GET',
    path: '/api/guidance/active',
    summary: 'The guidance that an agent with these attributes gets',
    tag,
    role: 'viewer',
    input: z.strictObject({
      taskType: Name.optional(),
      language: Name.optional(),
      userId: Id.optional(),
      repoId: Id.optional(),
      model: Name.optional(),
    }),
    output: z.object({
      version: z.string().nullable().describe('null: none'),
      variant: z.string().nullable(),
      rules: GuidanceDocument.shape.rules,
      text: z.string().describe('For a prompt; empty where there are no rules'),
      tokens: z.int(),
    }),
  }),
  getGuidanceVersion: operation({
    method: 'GET',
    path: '/api/guidance/:version',
    summary: 'One version with its rules, their provenance and its gates',
    tag,
    role: 'viewer',
    input: byVersion,
    output: Guidance.extend({ gates: z.array(GateResult).describe('The newest first') }),
    errors: ['not_found'],
  }),
  releaseGuidance: operation({
    method: 'POST',
    path: '/api/guidance/:version/release',
    summary: 'Run the gate, and serve the version to a share of users once it passes',
    tag,
    role: 'editor',
    status: 202,
    input: byVersion.extend({
      dataset: Name.default('corrections').describe('Of the project, or a known one'),
      model: Name.optional().describe('Default: the model of the last gate, or the incumbent of the portfolio'),
      params: z.record(z.string(), z.json()).optional(),
      samplesPerProblem: z.int().min(1).max(20).optional().describe('Default: what the plan needs'),
      effectPoints: z.number().min(1).max(50).default(10).describe('The gain it shall be able to find'),
      rolloutPercentage: z.number().min(1).max(100).default(10),
      holdoutPercentage: z
        .number()
        .min(1)
        .max(50)
        .default(5)
        .describe('Never get any guidance; of the first release, what was held out once stays'),
      budgetUsd: z.number().min(0).max(100_000).optional(),
      gateId: z.uuid().optional().describe('A gate that accepted it before: it is served without another'),
    }),
    query: z.object({ dryRun: z.boolean().optional().describe('Answers the plan; stores, runs and serves nothing') }),
    output: GateResult,
    errors: ['not_found', 'conflict', 'rate_limited'],
  }),
  retireGuidance: operation({
    method: 'POST',
    path: '/api/guidance/:version/retire',
    summary: 'Serve it to nobody any more',
    tag,
    role: 'editor',
    input: byVersion.extend({ reason: z.string().min(1).max(400).optional() }),
    output: Guidance,
    errors: ['not_found', 'conflict'],
  }),
};
